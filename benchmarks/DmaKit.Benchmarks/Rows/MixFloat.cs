using DmaKit.Benchmarks.Native;
using DmaKit.Native;

namespace DmaKit.Benchmarks;

/// <summary>Eight stereo streams of floating point, 480 frames, a gain each: sums kept, and samples clamped and written; for a block of 480 frames.</summary>
internal sealed class MixFloat : Row
{
    private readonly MixPeer _peer = new(isFloat: true);

    public override string Id => "mix-float";

    public override string Title => "mix 8 stereo streams of float, 480 frames";

    public override string Peer => "C, gcc -O3 -march=native";

    public override double Must => 1;

    public override double Aim => 1;

    public override string Note => "ours keeps the unsaturated sums, too";

    public override Measurement Measure(Sampler sampler) => sampler.Compare(Ours, _peer.Float);

    public override void Dispose() => _peer.Dispose();

    private long Ours(int n)
    {
        Span<float> sums = _peer.Sums<float>();
        Span<byte> output = _peer.Output(1, MixPeer.Samples * sizeof(float));
        StreamBatch batch = _peer.Batch(sizeof(float), gains: true);
        for (int i = 0; i < n; i++)
        {
            FloatMixer.Add(sums, batch, fresh: true);
            FloatMixer.Write(sums, output);
        }

        return n;
    }
}
