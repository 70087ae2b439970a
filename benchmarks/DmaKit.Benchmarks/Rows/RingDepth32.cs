using DmaKit.Benchmarks.Native;
using DmaKit.Tests;

namespace DmaKit.Benchmarks;

/// <summary>Up to 32 commands in flight through our rings to a device on the other core, beside a driver in C on the same device.</summary>
internal sealed class RingDepth32 : Row
{
    private readonly RingBench _bench = new(new PlainMachine().CreateAdapter());
    private readonly OtherCore _other = new();

    public override string Id => "ring-qd32";

    public override string Title => "descriptor ring, queue depth 32, echo device on the other core";

    public override string Peer => "C ring of the same layout";

    public override double Must => 1.3;

    public override double Aim => 1.0;

    public override string Note => "medians; the device is the same C on both sides; submission of 64 bytes, doorbell in memory, completion of 16 bytes";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(
        new Side(n => _bench.Play(32, n), () => _bench.BeginOurs(_other), _other.End, () => _other.Allocated),
        new Side(n => _bench.PlayPeer(32, n), () => _bench.BeginPeer(_other), _other.End),
        typical: true);

    public override void Dispose()
    {
        _other.Dispose();
        _bench.Dispose();
    }
}
