using DmaKit.Native;

namespace DmaKit;

/// <summary>Sums of samples, unsaturated, for the frames of a composer's lead. Which kind depends on what the ring's samples are.</summary>
internal abstract class MixBus
{
    /// <summary>Samples that can be mixed as they stand in memory.</summary>
    internal abstract SampleFormat Direct { get; }

    /// <summary>Whether only streams of gain 1 are mixed several at once.</summary>
    internal virtual bool OnlyUnity => false;

    /// <summary>The greatest sum of the gains of full-scale streams.</summary>
    internal abstract double Headroom { get; }

    internal abstract void Clear(int at, int samples);

    /// <summary>Adds streams in memory's own format, in their order.</summary>
    /// <param name="at">The first sum.</param>
    /// <param name="samples">How many.</param>
    /// <param name="batch">The streams.</param>
    /// <param name="fresh">Whether the sums are 0 whatever stands there.</param>
    /// <param name="output">Where the ring's samples go in the same pass; empty for nowhere.</param>
    internal abstract void Add(int at, int samples, in StreamBatch batch, bool fresh, Span<byte> output);

    /// <summary>Adds one stream whose gain may be another for each sample.</summary>
    internal abstract void AddScaled(int at, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains);

    /// <summary>Writes the ring's samples.</summary>
    internal abstract void Write(int at, int samples, Span<byte> destination);

    internal static MixBus Create(SampleFormat samples, int count) => samples switch
    {
        SampleFormat.Float32 => new FloatBus(count),
        SampleFormat.UInt8 or SampleFormat.Int16 => new ShortBus(count, samples),
        _ => new WideBus(count, samples == SampleFormat.Int24 ? 3 : 4),
    };

    private sealed class FloatBus(int count) : MixBus
    {
        private readonly float[] _sums = new float[count];

        internal override SampleFormat Direct => SampleFormat.Float32;

        internal override double Headroom => double.PositiveInfinity;

        internal override void Clear(int at, int samples) => _sums.AsSpan(at, samples).Clear();

        internal override void Add(int at, int samples, in StreamBatch batch, bool fresh, Span<byte> output) => FloatMixer.Add(_sums.AsSpan(at, samples), batch, fresh, output);

        internal override void AddScaled(int at, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains) => FloatMixer.AddScaled(_sums.AsSpan(at, samples.Length), samples, gains);

        internal override void Write(int at, int samples, Span<byte> destination) => FloatMixer.Write(_sums.AsSpan(at, samples), destination);
    }

    private sealed class ShortBus(int count, SampleFormat samples) : MixBus
    {
        private readonly int[] _sums = new int[count];

        internal override SampleFormat Direct => SampleFormat.Int16;

        internal override bool OnlyUnity => true;

        internal override double Headroom => ShortMixer.Headroom;

        internal override void Clear(int at, int samples) => _sums.AsSpan(at, samples).Clear();

        internal override void Add(int at, int count, in StreamBatch batch, bool fresh, Span<byte> output)
        {
            Span<int> sums = _sums.AsSpan(at, count);
            bool isUnity = batch is not { Count: 1, G0: not 1 };
            if (isUnity && samples == SampleFormat.Int16)
            {
                ShortMixer.Add(sums, batch, fresh, output);
                return;
            }

            if (isUnity)
            {
                ShortMixer.Add(sums, batch, fresh, []);
            }
            else
            {
                if (fresh) sums.Clear();
                ShortMixer.AddScaled(sums, batch);
            }

            if (!output.IsEmpty) Write(at, count, output);
        }

        internal override void AddScaled(int at, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains) => ShortMixer.AddScaled(_sums.AsSpan(at, samples.Length), samples, gains);

        internal override void Write(int at, int count, Span<byte> destination)
        {
            if (samples == SampleFormat.Int16) ShortMixer.Write(_sums.AsSpan(at, count), destination);
            else ShortMixer.WriteBytes(_sums.AsSpan(at, count), destination);
        }
    }

    private sealed class WideBus(int count, int bytes) : MixBus
    {
        private readonly long[] _sums = new long[count];

        // Nothing is mixed as it stands: all of it comes through 64-bit floating point, which holds 32 bits exactly.
        internal override SampleFormat Direct => (SampleFormat)(-1);

        internal override double Headroom => WideMixer.Headroom;

        internal override void Clear(int at, int samples) => _sums.AsSpan(at, samples).Clear();

        internal override void Add(int at, int samples, in StreamBatch batch, bool fresh, Span<byte> output) => throw new NotSupportedException();

        internal override void AddScaled(int at, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains) => WideMixer.AddScaled(_sums.AsSpan(at, samples.Length), samples, gains);

        internal override void Write(int at, int samples, Span<byte> destination) => WideMixer.Write(_sums.AsSpan(at, samples), destination, bytes);
    }
}
