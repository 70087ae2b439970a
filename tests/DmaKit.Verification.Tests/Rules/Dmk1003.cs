namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1003 : RuleTest
{
    protected override string Id => "DMK1003";

    private protected override Task Buggy(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 60, Alignment = 64, Count = 16, Name = "rx frames" });
        Assert.True(pool.TryRent(out Block frame));
        bench.EduWrites(frame.LogicalAddress, 64);
        pool.Return(frame);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 60, Alignment = 64, Count = 16, Name = "rx frames" });
        Assert.True(pool.TryRent(out Block frame));
        bench.EduWrites(frame.LogicalAddress, frame.Length);
        pool.Return(frame);
        return Task.CompletedTask;
    }
}
