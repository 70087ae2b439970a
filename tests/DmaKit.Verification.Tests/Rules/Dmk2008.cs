namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2008 : RuleTest
{
    protected override string Id => "DMK2008";

    private protected override Task Buggy(RuleBench bench)
    {
        Assert.True(bench.Dma.TryMap(new byte[512], DmaDirection.FromDevice, default, out DmaMapping sector));
        sector.MarkPosted();
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
        sector.Complete(512);
        return Task.CompletedTask;
    }
}
