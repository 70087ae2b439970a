using DmaKit.Benchmarks.Native;
using DmaKit.Tests;

namespace DmaKit.Benchmarks;

/// <summary>One command at a time through our rings to a device on the other core and back, beside a cache line that goes there and back.</summary>
internal sealed class RingDepth1 : Row
{
    private readonly RingBench _bench = new(new PlainMachine().CreateAdapter());
    private readonly OtherCore _other = new();

    public override string Id => "ring-qd1";

    public override string Title => "descriptor ring, queue depth 1, echo device on the other core";

    public override string Peer => "one cache-line ping-pong";

    public override double Must => 2.5;

    public override double Aim => 1.5;

    public override string Note => "medians; submission of 64 bytes, doorbell in memory, completion of 16 bytes";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(
        new Side(_bench.PlayOne, () => _bench.BeginOurs(_other), _other.End, () => _other.Allocated),
        new Side(_bench.PlayPingPong, () => _bench.BeginPingPong(_other), _other.End),
        typical: true);

    public override void Dispose()
    {
        _other.Dispose();
        _bench.Dispose();
    }
}
