using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>1,024 blocks are out; one of them, at random, is returned and another rented.</summary>
internal sealed class PoolReplace : Row
{
    public const int Live = 1024;

    private readonly BlockPool _pool = Pools.Create(4096);

    public override string Id => "pool-replace";

    public override string Title => "block pool, explicit cache, 1,024 live, replace a random one";

    public override string Peer => "DPDK mempool";

    public override double Must => 0.9;

    public override double Aim => 0.5;

    public override string Note => "handles checked on every return";

    public override Measurement Measure(Sampler sampler)
    {
        Dpdk.Open();
        using BlockCache cache = _pool.CreateCache(512);
        var blocks = new Block[Live];
        for (int i = 0; i < Live; i++) cache.TryRent(out blocks[i]);
        Measurement result = sampler.Compare(n => Replace(cache, blocks, n), Dpdk.Replace);
        cache.Return(blocks);
        return result;
    }

    public override void Dispose() => _pool.Dispose();

    private static long Replace(BlockCache cache, Block[] blocks, int n)
    {
        var random = new Pools.Random(1);
        for (int i = 0; i < n; i++)
        {
            ref Block block = ref blocks[random.Next() & (Live - 1)];
            cache.Return(block);
            cache.TryRent(out block);
        }

        return n;
    }
}
