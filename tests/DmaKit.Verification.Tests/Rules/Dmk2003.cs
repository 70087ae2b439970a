namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2003 : RuleTest
{
    protected override string Id => "DMK2003";

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] sector = new byte[512];
        Assert.True(bench.Dma.TryMap(sector, DmaDirection.FromDevice, default, out DmaMapping mapping));
        bench.EduWrites(mapping.Elements[0].Address, sector.Length);
        mapping.Complete(sector.Length);
        mapping.Complete(0);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] sector = new byte[512];
        Assert.True(bench.Dma.TryMap(sector, DmaDirection.FromDevice, default, out DmaMapping mapping));
        bench.EduWrites(mapping.Elements[0].Address, sector.Length);
        mapping.Complete(sector.Length);
        mapping.Dispose();
        return Task.CompletedTask;
    }
}
