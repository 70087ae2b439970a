namespace DmaKit.Benchmarks;

/// <summary>The trace with every piece on a page, beside the same heap without.</summary>
internal sealed class HeapAlign4096 : Row
{
    private readonly TracePlayer _ours = new(160L << 20, 4096);
    private readonly TracePlayer _peer = new(96L << 20);

    public override string Id => "heap-align-4096";

    public override string Title => "heap, the same trace, every piece aligned to 4,096";

    public override string Peer => "plain allocation of the same heap";

    public override double Must => 2.0;

    public override double Aim => 1.5;

    public override Measurement Measure(Sampler sampler) => sampler.Compare(_ours.Play, _peer.Play);

    public override void Dispose()
    {
        _ours.Dispose();
        _peer.Dispose();
    }
}
