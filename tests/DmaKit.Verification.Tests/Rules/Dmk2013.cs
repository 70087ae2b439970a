namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2013 : RuleTest
{
    protected override string Id => "DMK2013";

    private protected override RuleOptions Options => new() { Iommu = true };

    private protected override Task Buggy(RuleBench bench)
    {
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        bench.EduAim(sector.Elements[0].Address, 512);
        sector.Dispose();
        bench.EduGo();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        sector.MarkPosted();
        bench.EduAim(sector.Elements[0].Address, 512);
        bench.EduGo();
        bench.Dma.DeclareQuiet();
        sector.Dispose();
        return Task.CompletedTask;
    }
}
