using DmaKit.Benchmarks.Native;
using DmaKit.Native;

namespace DmaKit.Benchmarks;

/// <summary>Eight stereo streams of floating point, 480 frames, a gain each, summed; for a block of 480 frames.</summary>
internal sealed class MixFloat : Row
{
    private readonly MixPeer _peer = new(isFloat: true);

    public override string Id => "mix-float";

    public override string Title => "mix 8 stereo streams of float, 480 frames";

    public override string Peer => "C, gcc -O3 -march=native";

    public override double Must => 1;

    public override double Aim => 0.7;

    public override Measurement Measure(Sampler sampler) => sampler.Compare(Ours, _peer.Float);

    public override void Dispose() => _peer.Dispose();

    private long Ours(int n)
    {
        Span<float> sums = _peer.Sums<float>();
        StreamBatch batch = _peer.Batch(sizeof(float), gains: true);
        for (int i = 0; i < n; i++) FloatMixer.Add(sums, batch, fresh: true, []);
        return n;
    }
}
