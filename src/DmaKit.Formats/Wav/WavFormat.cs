namespace DmaKit.Formats;

/// <summary>What a frame of a WAV file looks like. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
/// <remarks>Source of the layout: Microsoft's <c>WAVEFORMATEX</c> and <c>WAVEFORMATEXTENSIBLE</c>.</remarks>
public sealed record WavFormat
{
    /// <summary>Creates a format.</summary>
    /// <param name="encoding">Whole numbers or floating point.</param>
    /// <param name="bits">Bits that a sample takes: 8, 16, 24 or 32 for whole numbers, 32 or 64 for floating point.</param>
    /// <param name="channels">Samples in a frame, 1 to 1,024.</param>
    /// <param name="sampleRate">Frames a second, 1 to 2,147,483,647.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is none of these.</exception>
    public WavFormat(WavEncoding encoding, int bits, int channels, int sampleRate)
    {
        if (!IsLegal(encoding, bits)) throw new ArgumentOutOfRangeException(nameof(bits), bits, $"{bits} bits of {encoding}; legal: Pcm of 8, 16, 24 or 32 bits, Float of 32 or 64.");
        if (channels is < 1 or > MostChannels) throw new ArgumentOutOfRangeException(nameof(channels), channels, $"{channels} channels; legal: 1 to {MostChannels}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        Encoding = encoding;
        Bits = bits;
        Channels = channels;
        SampleRate = sampleRate;
    }

    internal const int MostChannels = 1024;

    /// <summary>Whole numbers or floating point.</summary>
    public WavEncoding Encoding { get; }

    /// <summary>Bits that a sample takes in the file. Samples of fewer valid bits stand at the upper end of these.</summary>
    public int Bits { get; }

    /// <summary>Samples in a frame.</summary>
    public int Channels { get; }

    /// <summary>Frames a second.</summary>
    public int SampleRate { get; }

    /// <summary>Which loudspeakers the channels belong to, one bit each from the lowest on; 0 where the file does not say.</summary>
    public uint ChannelMask { get; init; }

    /// <summary>Bytes that a frame takes.</summary>
    public int FrameBytes => Bits / 8 * Channels;

    internal static bool IsLegal(WavEncoding encoding, int bits) => encoding switch
    {
        WavEncoding.Pcm => bits is 8 or 16 or 24 or 32,
        WavEncoding.Float => bits is 32 or 64,
        _ => false,
    };
}
