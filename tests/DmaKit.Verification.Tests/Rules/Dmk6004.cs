namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk6004 : RuleTest
{
    protected override string Id => "DMK6004";

    private protected override Task Buggy(RuleBench bench)
    {
        BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 8, Name = "rx frames" });
        Assert.True(pool.TryRent(out Block block));
        bench.EduWrites(block.LogicalAddress, 64);
        pool.Dispose();
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 2048, Count = 8, Name = "rx frames" });
        Assert.True(pool.TryRent(out Block block));
        bench.EduWrites(block.LogicalAddress, 64);
        pool.Return(block);
        pool.Dispose();
        return Task.CompletedTask;
    }
}
