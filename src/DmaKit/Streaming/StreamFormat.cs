namespace DmaKit;

/// <summary>What the frames of a stream look like. A value that makes no sense throws when the record is made, naming the value and the legal range.</summary>
public sealed record StreamFormat
{
    /// <summary>Creates a format.</summary>
    /// <param name="samples">How a sample stands in memory.</param>
    /// <param name="channels">Samples in a frame, 1 to 64; a ring has 8 at most.</param>
    /// <param name="rate">Frames a second, more than 0 and at most 10^9.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public StreamFormat(SampleFormat samples, int channels, double rate)
    {
        if (samples is < SampleFormat.UInt8 or > SampleFormat.Float64) throw new ArgumentOutOfRangeException(nameof(samples), samples, $"Sample format {samples}; legal: UInt8 to Float64.");
        if (channels is < 1 or > 64) throw new ArgumentOutOfRangeException(nameof(channels), channels, $"{channels} channels; legal: 1 to 64.");
        if (!(rate > 0 && rate <= 1e9)) throw new ArgumentOutOfRangeException(nameof(rate), rate, $"A rate of {rate}; legal: more than 0, at most 10^9 frames a second.");
        Samples = samples;
        Channels = channels;
        Rate = rate;
    }

    /// <summary>How a sample stands in memory.</summary>
    public SampleFormat Samples { get; }

    /// <summary>Samples in a frame.</summary>
    public int Channels { get; }

    /// <summary>Frames a second.</summary>
    public double Rate { get; }

    /// <summary>Bytes of a sample.</summary>
    public int SampleBytes => Samples switch
    {
        SampleFormat.UInt8 => 1,
        SampleFormat.Int16 => 2,
        SampleFormat.Int24 => 3,
        SampleFormat.Float64 => 8,
        _ => 4,
    };

    /// <summary>Bytes of a frame.</summary>
    public int FrameBytes => SampleBytes * Channels;
}
