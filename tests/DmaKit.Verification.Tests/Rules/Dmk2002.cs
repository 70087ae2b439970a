namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2002 : RuleTest
{
    protected override string Id => "DMK2002";

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] frame = new byte[1514];
        Assert.True(bench.Dma.TryMap(frame, DmaDirection.FromDevice, default, out DmaMapping mapping));
        frame.AsSpan().Clear();
        bench.EduWrites(mapping.Elements[0].Address, frame.Length);
        mapping.Complete(frame.Length);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] frame = new byte[1514];
        frame.AsSpan().Clear();
        Assert.True(bench.Dma.TryMap(frame, DmaDirection.FromDevice, default, out DmaMapping mapping));
        bench.EduWrites(mapping.Elements[0].Address, frame.Length);
        mapping.Complete(frame.Length);
        return Task.CompletedTask;
    }
}
