using DmaKit.Benchmarks.Native;

namespace DmaKit.Benchmarks;

/// <summary>The trace on our heap beside the process heap.</summary>
internal sealed class HeapTrace : Row
{
    private readonly TracePlayer _ours = new(96L << 20);
    private readonly ProcessHeap _peer = new();

    public override string Id => "heap-trace-net";

    public override string Title => "heap, trace of 504,096 operations, a free and an allocation";

    public override string Peer => "NativeMemory (malloc)";

    public override string Note => "handles checked on every free; ours under its gate, for any thread";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(_ours.Play, _peer.Play);

    public override void Dispose()
    {
        _ours.Dispose();
        _peer.Dispose();
    }
}
