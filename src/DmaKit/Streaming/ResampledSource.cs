using System.Buffers.Binary;
using System.Numerics;

namespace DmaKit;

/// <summary>
/// A source at another rate: each frame is worked out from the frames of the original around it, by a windowed sinc, so that any frame can be read at any time and always is the same.
/// </summary>
/// <remarks>
/// What lies below 0.88 of the lower rate's half comes through unchanged, what lies above that half is down by 120 dB or more. Gives 32-bit floating point.
/// For one thread at a time; reading allocates nothing.
/// </remarks>
public sealed class ResampledSource : IStreamSource
{
    // Frames are worked out so many at a time.
    private const int Block = 128;

    // A rate that is no whole number is taken in steps of this part of a frame a second.
    private const double RateSteps = 1 << 20;

    private readonly IStreamSource _source;
    private readonly SincFilter _filter;
    private readonly long _step;
    private readonly long _steps;
    private readonly byte[] _raw;
    private readonly double[] _interleaved;
    private readonly double[] _input;
    private readonly int _inputFrames;

    /// <summary>Creates a source at another rate.</summary>
    /// <param name="source">The original.</param>
    /// <param name="rate">The rate to give, from 1/256 to 256 times that of the original.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is further from that of the original.</exception>
    public ResampledSource(IStreamSource source, double rate)
    {
        ArgumentNullException.ThrowIfNull(source);
        StreamFormat from = source.Format;
        if (!(rate >= from.Rate / 256 && rate <= from.Rate * 256)) throw new ArgumentOutOfRangeException(nameof(rate), rate, $"A rate of {rate} from {from.Rate}; legal: {from.Rate / 256} to {from.Rate * 256}.");
        _source = source;
        Format = new StreamFormat(SampleFormat.Float32, from.Channels, rate);
        bool whole = double.IsInteger(from.Rate) && double.IsInteger(rate);
        long step = whole ? (long)from.Rate : (long)Math.Round(from.Rate * RateSteps);
        long steps = whole ? (long)rate : (long)Math.Round(rate * RateSteps);
        long common = (long)BigInteger.GreatestCommonDivisor(step, steps);
        _step = step / common;
        _steps = steps / common;
        _filter = new SincFilter(from.Rate / rate, _steps);
        _inputFrames = (int)(Block * _step / _steps) + _filter.Taps + 2;
        _raw = new byte[_inputFrames * from.FrameBytes];
        _interleaved = new double[_inputFrames * from.Channels];
        _input = new double[_inputFrames * from.Channels];
        Frames = source.Frames == long.MaxValue ? long.MaxValue : (long)(((Int128)source.Frames * _steps + _step - 1) / _step);
    }

    /// <inheritdoc/>
    public StreamFormat Format { get; }

    /// <inheritdoc/>
    public long Frames { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch)
    {
        for (int done = 0; done < count; done += Block)
        {
            int now = Math.Min(Block, count - done);
            Work(frame + done, now, scratch.Slice(done * Format.FrameBytes, now * Format.FrameBytes));
        }

        return scratch[..(count * Format.FrameBytes)];
    }

    private void Work(long frame, int count, Span<byte> output)
    {
        int channels = Format.Channels;
        (Int128 whole, Int128 rest) = Int128.DivRem((Int128)frame * _step, _steps);
        long at = (long)whole;
        long part = (long)rest;
        long first = at - _filter.Before;
        Fetch(first, (int)(((part + ((long)(count - 1) * _step)) / _steps) + _filter.Taps));
        for (int i = 0; i < count; i++)
        {
            int from = (int)(at - _filter.Before - first);
            for (int c = 0; c < channels; c++)
            {
                double sample = _filter.At(_input.AsSpan((c * _inputFrames) + from, _filter.Taps), part, _steps);
                BinaryPrimitives.WriteSingleLittleEndian(output[(4 * ((i * channels) + c))..], (float)sample);
            }

            part += _step;
            at += part / _steps;
            part %= _steps;
        }
    }

    // The frames of the original, each channel by itself, with silence before its first and after its last.
    private void Fetch(long first, int count)
    {
        int channels = Format.Channels;
        long from = Math.Clamp(first, 0, _source.Frames);
        long to = Math.Clamp(first + count, from, _source.Frames);
        int there = (int)(to - from);
        int got = 0;
        if (there > 0)
        {
            ReadOnlySpan<byte> bytes = _source.Read(from, there, _raw.AsSpan(0, there * _source.Format.FrameBytes));
            got = Math.Min(there, bytes.Length / _source.Format.FrameBytes);
            SampleReader.Read(_source.Format.Samples, bytes, _interleaved.AsSpan(0, got * channels));
        }

        int lead = (int)(from - first);
        for (int c = 0; c < channels; c++)
        {
            Span<double> input = _input.AsSpan(c * _inputFrames, count);
            input[..Math.Min(lead, count)].Clear();
            for (int i = 0; i < got; i++) input[lead + i] = _interleaved[(i * channels) + c];
            if (lead + got < count) input[(lead + got)..].Clear();
        }
    }
}
