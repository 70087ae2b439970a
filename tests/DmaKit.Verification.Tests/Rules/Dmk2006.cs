namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk2006 : RuleTest
{
    protected override string Id => "DMK2006";

    private protected override Task Buggy(RuleBench bench)
    {
        byte[] frames = new byte[2 * 1536];
        Assert.True(bench.Dma.TryMap(frames.AsMemory(0, 1536), DmaDirection.FromDevice, default, out DmaMapping first));
        Assert.True(bench.Dma.TryMap(frames.AsMemory(1514, 1536), DmaDirection.FromDevice, default, out DmaMapping second));
        bench.EduWrites(second.Elements[0].Address, 1514);
        second.Complete(1514);
        bench.EduWrites(first.Elements[0].Address, 64);
        first.Complete(64);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        byte[] frames = new byte[2 * 1536];
        Assert.True(bench.Dma.TryMap(frames.AsMemory(0, 1536), DmaDirection.FromDevice, default, out DmaMapping first));
        Assert.True(bench.Dma.TryMap(frames.AsMemory(1536, 1536), DmaDirection.FromDevice, default, out DmaMapping second));
        bench.EduWrites(second.Elements[0].Address, 1514);
        second.Complete(1514);
        bench.EduWrites(first.Elements[0].Address, 64);
        first.Complete(64);
        return Task.CompletedTask;
    }
}
