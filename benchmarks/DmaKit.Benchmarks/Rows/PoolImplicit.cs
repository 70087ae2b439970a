using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>The pool without a cache handle: 32 blocks are rented one by one, then returned one by one; per block.</summary>
internal sealed class PoolImplicit : Row
{
    private readonly BlockPool _pool = Pools.Create(4096);

    public override string Id => "pool-implicit";

    public override string Title => "block pool, implicit cache of the thread, 32 rented and returned";

    public override string Peer => "DPDK mempool";

    public override double Must => 1.6;

    public override double Aim => 1.0;

    public override string Note => "handles checked on every return; the peer's thread has its cache by number of core";

    public override Measurement Measure(Sampler sampler)
    {
        Dpdk.Open();
        var blocks = new Block[Pools.Burst];
        return sampler.Compare(n => Singles(_pool, blocks, n), Dpdk.Singles);
    }

    public override void Dispose() => _pool.Dispose();

    private static long Singles(BlockPool pool, Block[] blocks, int n)
    {
        int done = 0;
        for (; done < n; done += blocks.Length)
        {
            for (int i = 0; i < blocks.Length; i++) pool.TryRent(out blocks[i]);
            for (int i = 0; i < blocks.Length; i++) pool.Return(blocks[i]);
        }

        return done;
    }
}
