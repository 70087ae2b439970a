using System.Buffers.Binary;

namespace DmaKit.Formats;

/// <summary>The bytes before the samples of a WAV file.</summary>
public static class WavHeader
{
    internal const ushort PcmTag = 1;
    internal const ushort FloatTag = 3;
    internal const ushort ExtensibleTag = 0xFFFE;

    /// <summary>The lengths of a header that was written before they were known.</summary>
    internal const uint Unknown = uint.MaxValue;

    /// <summary>What all subformats of the extensible layout end with, after the tag of two bytes.</summary>
    internal static ReadOnlySpan<byte> SubformatTail => [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    /// <summary>The most bytes of samples that a file of a format can have: its lengths have 32 bits.</summary>
    /// <param name="format">The format.</param>
    public static long MaximumDataBytes(WavFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return (Unknown - 1 - Length(format)) / format.FrameBytes * format.FrameBytes;
    }

    /// <summary>Makes a header.</summary>
    /// <param name="format">What the frames look like. More than two channels, more than 16 bits or a channel mask give the extensible layout.</param>
    /// <param name="dataBytes">
    /// How many bytes of samples follow; null where nobody knows, for a pipe: readers then read to the end. After an odd number of bytes one more follows, which is 0.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">More bytes than a WAV file can have.</exception>
    public static byte[] Create(WavFormat format, long? dataBytes)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (dataBytes is { } given && (given < 0 || given > MaximumDataBytes(format)))
            throw new ArgumentOutOfRangeException(nameof(dataBytes), given, $"{given} bytes of samples; a WAV file has at most {MaximumDataBytes(format)}.");
        bool extensible = IsExtensible(format);
        bool isFloat = format.Encoding == WavEncoding.Float;
        byte[] header = new byte[Length(format)];
        Span<byte> at = header;
        uint data = dataBytes is { } bytes ? (uint)bytes : Unknown;
        Text(ref at, "RIFF");
        Int32(ref at, data == Unknown ? Unknown : data + (data & 1) + (uint)header.Length - 8);
        Text(ref at, "WAVE");
        Text(ref at, "fmt ");
        Int32(ref at, extensible ? 40u : isFloat ? 18u : 16u);
        ushort tag = isFloat ? FloatTag : PcmTag;
        Int16(ref at, extensible ? ExtensibleTag : tag);
        Int16(ref at, (ushort)format.Channels);
        Int32(ref at, (uint)format.SampleRate);
        Int32(ref at, (uint)Math.Min(uint.MaxValue, (long)format.SampleRate * format.FrameBytes));
        Int16(ref at, (ushort)format.FrameBytes);
        Int16(ref at, (ushort)format.Bits);
        if (extensible)
        {
            Int16(ref at, 22);
            Int16(ref at, (ushort)format.Bits);
            Int32(ref at, format.ChannelMask);
            Int16(ref at, tag);
            SubformatTail.CopyTo(at);
            at = at[SubformatTail.Length..];
        }
        else if (isFloat)
        {
            Int16(ref at, 0);
        }

        if (isFloat)
        {
            // Every format but plain PCM tells the number of frames once more.
            Text(ref at, "fact");
            Int32(ref at, 4);
            Int32(ref at, data == Unknown ? Unknown : data / (uint)format.FrameBytes);
        }

        Text(ref at, "data");
        Int32(ref at, data);
        return header;
    }

    private static bool IsExtensible(WavFormat format) => format.Channels > 2 || format.ChannelMask != 0 || (format.Encoding == WavEncoding.Pcm && format.Bits > 16);

    private static int Length(WavFormat format) =>
        12 + 8 + (IsExtensible(format) ? 40 : format.Encoding == WavEncoding.Float ? 18 : 16) + (format.Encoding == WavEncoding.Float ? 12 : 0) + 8;

    private static void Text(ref Span<byte> at, string text)
    {
        System.Text.Encoding.ASCII.GetBytes(text, at);
        at = at[4..];
    }

    private static void Int16(ref Span<byte> at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, value);
        at = at[2..];
    }

    private static void Int32(ref Span<byte> at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, value);
        at = at[4..];
    }
}
