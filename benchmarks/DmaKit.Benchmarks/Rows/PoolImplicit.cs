using System.Buffers;

namespace DmaKit.Benchmarks;

/// <summary>The pool without a cache handle: 32 blocks are rented one by one, then returned one by one; per block.</summary>
internal sealed class PoolImplicit : Row
{
    private readonly BlockPool _pool = Pools.Create(2048);

    public override string Id => "pool-implicit-net";

    public override string Title => "block pool, implicit cache of the thread, 32 rented and returned";

    public override string Peer => "ArrayPool<byte>.Shared";

    public override string Note => "the peer keeps one array a thread and goes to a shared stack for the others";

    public override Measurement Measure(Sampler sampler)
    {
        var blocks = new Block[Pools.Burst];
        var arrays = new byte[Pools.Burst][];
        return sampler.Compare(
            n =>
            {
                for (int done = 0; done < n; done += blocks.Length)
                {
                    for (int i = 0; i < blocks.Length; i++) _pool.TryRent(out blocks[i]);
                    for (int i = 0; i < blocks.Length; i++) _pool.Return(blocks[i]);
                }

                return Pools.WholeBursts(n);
            },
            n =>
            {
                for (int done = 0; done < n; done += arrays.Length)
                {
                    for (int i = 0; i < arrays.Length; i++) arrays[i] = ArrayPool<byte>.Shared.Rent(Pools.Length);
                    for (int i = 0; i < arrays.Length; i++) ArrayPool<byte>.Shared.Return(arrays[i]);
                }

                return Pools.WholeBursts(n);
            });
    }

    public override void Dispose() => _pool.Dispose();
}
