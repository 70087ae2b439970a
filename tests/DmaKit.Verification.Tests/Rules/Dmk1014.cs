namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1014 : RuleTest
{
    protected override string Id => "DMK1014";

    private protected override Task Buggy(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 16, Name = "reply frames" });
        Assert.True(pool.TryRent(out Block reply));
        Span<byte> kept = reply.Span;
        pool.Return(reply);
        kept[8] = 1;
        Assert.True(pool.TryRent(out Block next));
        pool.Return(next);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 16, Name = "reply frames" });
        Assert.True(pool.TryRent(out Block reply));
        Span<byte> kept = reply.Span;
        kept[8] = 1;
        pool.Return(reply);
        Assert.True(pool.TryRent(out Block next));
        pool.Return(next);
        return Task.CompletedTask;
    }
}
