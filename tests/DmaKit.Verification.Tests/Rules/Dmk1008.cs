namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1008 : RuleTest
{
    protected override string Id => "DMK1008";

    private protected override Task Buggy(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 16, Name = "descriptors" });
        Assert.True(pool.TryRent(out Block block));
        pool.Return(block);
        pool.Return(block);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 16, Name = "descriptors" });
        Assert.True(pool.TryRent(out Block block));
        pool.Return(block);
        return Task.CompletedTask;
    }
}
