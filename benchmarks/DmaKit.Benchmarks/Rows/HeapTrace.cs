using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>The trace on our heap beside an allocator of processes.</summary>
internal sealed class HeapTrace(string allocator, string id, double must = 0, double aim = 0, bool frontCaches = false) : Row
{
    private readonly TracePlayer _ours = new(96L << 20, frontCaches: frontCaches);
    private readonly PeerHeap _peer = new(allocator);

    public override string Id => id;

    public override string Title => frontCaches ? "heap with front caches, the same trace" : "heap, trace of 504,096 operations, a free and an allocation";

    public override string Peer => allocator;

    public override double Must => must;

    public override double Aim => aim;

    public override string Note => "granule 64; handles checked on every free; ours is safe for any thread and keeps its data outside the slab";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(_ours.Play, _peer.Play);

    public override void Dispose()
    {
        _ours.Dispose();
        _peer.Dispose();
    }
}
