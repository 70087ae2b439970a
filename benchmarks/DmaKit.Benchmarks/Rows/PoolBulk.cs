using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>32 blocks are rented by one call and returned by one call; per block.</summary>
internal class PoolBulk : Row
{
    private readonly BlockPool _pool = Pools.Create(4096);

    public override string Id => "pool-bulk";

    public override string Title => "block pool, explicit cache, bursts of 32";

    public override string Peer => "DPDK mempool, bulk";

    public override double Must => 1.5;

    public override double Aim => 1.1;

    public override string Note => "handles checked on every return";

    public override Measurement Measure(Sampler sampler)
    {
        Dpdk.Open();
        using BlockCache cache = _pool.CreateCache(512);
        var blocks = new Block[Pools.Burst];
        Prepare(cache);
        return sampler.Compare(n => Bursts(cache, blocks, n), Dpdk.Bulk);
    }

    public override void Dispose() => _pool.Dispose();

    /// <summary>Brings the free blocks into the order that the row is about.</summary>
    protected virtual void Prepare(BlockCache cache)
    {
    }

    private static long Bursts(BlockCache cache, Block[] blocks, int n)
    {
        int done = 0;
        for (; done < n; done += blocks.Length)
        {
            if (cache.TryRent(blocks) != blocks.Length) throw new InvalidOperationException("The pool is too small for the row.");
            cache.Return(blocks);
        }

        return done;
    }
}
