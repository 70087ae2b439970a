namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1016 : RuleTest
{
    protected override string Id => "DMK1016";

    private protected override Task Buggy(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 16, Name = "rx descriptors" });
        Assert.True(pool.TryRent(out Block descriptor));
        Assert.Throws<ArgumentOutOfRangeException>(() => descriptor.Write(64, 1u));
        pool.Return(descriptor);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 16, Name = "rx descriptors" });
        Assert.True(pool.TryRent(out Block descriptor));
        descriptor.Write(60, 1u);
        pool.Return(descriptor);
        return Task.CompletedTask;
    }
}
