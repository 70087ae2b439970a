using DmaKit.Benchmarks.Native;
using DmaKit.Native;

namespace DmaKit.Benchmarks;

/// <summary>Eight stereo streams of 16 bits, 480 frames: the exact sums kept, and samples saturated once and written; for a block of 480 frames.</summary>
/// <param name="byHand">Whether the peer is C by hand, or what gcc makes of a loop.</param>
internal sealed class MixShort(bool byHand) : Row
{
    private readonly MixPeer _peer = new(isFloat: false);

    public override string Id => byHand ? "mix-s16" : "mix-s16-gcc";

    public override string Title => "mix 8 stereo streams of 16 bits exactly, 480 frames";

    public override string Peer => byHand ? $"C by hand, {MixPeer.Vectors()}" : "C, gcc -O3 -march=native";

    public override double Must => byHand ? 1.7 : 1 / 0.6;

    public override double Aim => byHand ? 1.1 : 1;

    public override string Note => byHand ? "ours keeps the unsaturated sums, too; the peer is as wide as the processor" : "ours keeps the unsaturated sums, too";

    public override Measurement Measure(Sampler sampler) => byHand ? sampler.Compare(Ours, _peer.ShortPairs) : sampler.Compare(Ours, _peer.Short);

    public override void Dispose() => _peer.Dispose();

    private long Ours(int n)
    {
        Span<int> sums = _peer.Sums<int>();
        Span<byte> output = _peer.Output(1, MixPeer.Samples * sizeof(short));
        StreamBatch batch = _peer.Batch(sizeof(short), gains: false);
        for (int i = 0; i < n; i++) ShortMixer.Add(sums, batch, fresh: true, output);
        return n;
    }
}
