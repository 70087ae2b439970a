using System.Collections.Concurrent;

namespace DmaKit.Benchmarks;

/// <summary>1,024 blocks are out; one of them, at random, is returned and another rented.</summary>
internal sealed class PoolReplace : Row
{
    private const int Live = 1024;

    private readonly BlockPool _pool = Pools.Create(2048);

    public override string Id => "pool-replace-net";

    public override string Title => "block pool, explicit cache, 1,024 live, replace a random one";

    public override string Peer => "ConcurrentQueue<byte[]>";

    public override string Note => "handles checked on every return";

    public override Measurement Measure(Sampler sampler)
    {
        using BlockCache cache = _pool.CreateCache(512);
        var blocks = new Block[Live];
        var arrays = new byte[Live][];
        var queue = new ConcurrentQueue<byte[]>();
        for (int i = 0; i < Live; i++)
        {
            cache.TryRent(out blocks[i]);
            arrays[i] = new byte[Pools.Length];
            queue.Enqueue(new byte[Pools.Length]);
        }

        Measurement result = sampler.Compare(n => Ours(cache, blocks, n), n => Theirs(queue, arrays, n));
        cache.Return(blocks);
        return result;
    }

    public override void Dispose() => _pool.Dispose();

    private static long Ours(BlockCache cache, Block[] blocks, int n)
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

    private static long Theirs(ConcurrentQueue<byte[]> queue, byte[][] arrays, int n)
    {
        var random = new Pools.Random(1);
        for (int i = 0; i < n; i++)
        {
            ref byte[]? array = ref arrays[random.Next() & (Live - 1)]!;
            queue.Enqueue(array!);
            queue.TryDequeue(out array);
        }

        return n;
    }
}
