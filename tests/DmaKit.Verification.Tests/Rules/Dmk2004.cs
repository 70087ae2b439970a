namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2004 : RuleTest
{
    protected override string Id => "DMK2004";

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] frame = new byte[64];
        Assert.True(bench.Dma.TryMap(frame, DmaDirection.ToDevice, default, out DmaMapping mapping));
        bench.EduReads(mapping.Elements[0].Address, frame.Length);
        mapping.Complete(frame.Length);
        bench.EduReads(mapping.Elements[0].Address, frame.Length);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] frame = new byte[64];
        Assert.True(bench.Dma.TryMap(frame, DmaDirection.ToDevice, default, out DmaMapping mapping));
        bench.EduReads(mapping.Elements[0].Address, frame.Length);
        bench.EduReads(mapping.Elements[0].Address, frame.Length);
        mapping.Complete(frame.Length);
        return Task.CompletedTask;
    }
}
