namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2001 : RuleTest
{
    protected override string Id => "DMK2001";

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] data = new byte[512];
        Assert.True(bench.Dma.TryMap(data, DmaDirection.ToDevice, default, out DmaMapping mapping));
        data[100] = 7;
        bench.EduReads(mapping.Elements[0].Address, 512);
        mapping.Complete(512);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] data = new byte[512];
        data[100] = 7;
        Assert.True(bench.Dma.TryMap(data, DmaDirection.ToDevice, default, out DmaMapping mapping));
        bench.EduReads(mapping.Elements[0].Address, 512);
        mapping.Complete(512);
        return Task.CompletedTask;
    }
}
