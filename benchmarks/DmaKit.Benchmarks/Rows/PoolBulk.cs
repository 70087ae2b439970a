using System.Collections.Concurrent;

namespace DmaKit.Benchmarks;

/// <summary>32 blocks are rented by one call and returned by one call; per block.</summary>
internal sealed class PoolBulk : Row
{
    private readonly BlockPool _pool = Pools.Create(2048);

    public override string Id => "pool-bulk-net";

    public override string Title => "block pool, explicit cache, bursts of 32";

    public override string Peer => "ConcurrentStack<byte[]> ranges";

    public override string Note => "handles checked on every return";

    public override Measurement Measure(Sampler sampler)
    {
        using BlockCache cache = _pool.CreateCache(512);
        var blocks = new Block[Pools.Burst];
        var arrays = new byte[Pools.Burst][];
        var stack = new ConcurrentStack<byte[]>(Enumerable.Range(0, 512).Select(_ => new byte[Pools.Length]));
        return sampler.Compare(
            n =>
            {
                for (int done = 0; done < n; done += blocks.Length)
                {
                    cache.TryRent(blocks);
                    cache.Return(blocks);
                }

                return Pools.WholeBursts(n);
            },
            n =>
            {
                for (int done = 0; done < n; done += arrays.Length)
                {
                    stack.TryPopRange(arrays);
                    stack.PushRange(arrays);
                }

                return Pools.WholeBursts(n);
            });
    }

    public override void Dispose() => _pool.Dispose();
}
