#if DEBUG
namespace DmaKit.Verification.Tests.Rules;

public sealed class Dmk1019 : RuleTest
{
    protected override string Id => "DMK1019";

    private protected override Task Buggy(RuleBench bench)
    {
        var meanwhile = new Interloper();
        bench.Machine.AddObserver(meanwhile);
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 64, Name = "tx descriptors" });
        using BlockCache sender = pool.CreateCache(16);
        meanwhile.Once = () => SecondThread.Run(() => Assert.Throws<DmaMisuseException>(() => sender.TryRent(new Block[4])));
        Block[] batch = new Block[4];
        Assert.Equal(4, sender.TryRent(batch));
        pool.Return(batch);
        return Task.CompletedTask;
    }

    private protected override Task Clean(RuleBench bench)
    {
        var meanwhile = new Interloper();
        bench.Machine.AddObserver(meanwhile);
        using BlockPool pool = BlockPool.Create(bench.Dma, new BlockPoolOptions { BlockLength = 64, Count = 64, Name = "tx descriptors" });
        using BlockCache sender = pool.CreateCache(16);
        using BlockCache second = pool.CreateCache(16);
        Block[] others = new Block[4];
        meanwhile.Once = () => SecondThread.Run(() => Assert.Equal(4, second.TryRent(others)));
        Block[] batch = new Block[4];
        Assert.Equal(4, sender.TryRent(batch));
        pool.Return(batch);
        pool.Return(others);
        return Task.CompletedTask;
    }
}
#endif
