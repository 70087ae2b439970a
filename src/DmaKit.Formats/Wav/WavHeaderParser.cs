using System.Buffers.Binary;
using System.Globalization;

namespace DmaKit.Formats;

/// <summary>Goes through the chunks of a WAV file up to its samples, believing none of its lengths.</summary>
internal sealed class WavHeaderParser(Stream stream, bool piped)
{
    // What programs write whose output is a pipe: all bits set, or about 2 GiB less what a header takes.
    private const uint Endless = 0x7FFF_F000;

    private const int LongestFormat = 40;

    private readonly long _start = stream.CanSeek ? stream.Position : 0;
    private readonly long _length = stream.CanSeek ? stream.Length - stream.Position : -1;
    private long _at;

    /// <summary>Reads up to the first sample.</summary>
    /// <returns>The format, where samples start in the stream, and how many bytes of them there are; less than 0 where only the end will tell.</returns>
    internal (WavFormat Format, long Start, long Bytes) Parse()
    {
        Span<byte> head = stackalloc byte[12];
        Need(head, "a RIFF header of 12 bytes");
        if (!head[..4].SequenceEqual("RIFF"u8) || !head[8..].SequenceEqual("WAVE"u8))
            throw new MalformedFileException($"This is no WAV file: it begins with {Quoted(head[..4])} and {Quoted(head[8..])} where 'RIFF' and 'WAVE' should be.", 0);
        uint riff = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (riff == 0) throw new MalformedFileException("The file says that it is 0 bytes long: what wrote it did not finish it.", 4);

        WavFormat? format = null;
        Span<byte> chunk = stackalloc byte[8];
        while (true)
        {
            long at = _at;
            int got = Get(chunk);
            if (got == 0) throw new MalformedFileException(format is null ? "There is no 'fmt ' chunk, and no 'data' chunk." : "There is no 'data' chunk: the file has no samples.", at);
            if (got < chunk.Length) throw CutShort($"a chunk's header of 8 bytes, and {got} are there", at);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk[..4].SequenceEqual("data"u8)) return Data(format ?? throw new MalformedFileException("The 'data' chunk comes before any 'fmt ' chunk.", at), riff, size, at);
            if (_length >= 0 && size > _length - _at) throw CutShort($"{size} bytes of chunk {Quoted(chunk[..4])}, and {_length - _at} are there", at);
            if (!chunk[..4].SequenceEqual("fmt "u8))
            {
                Skip(size + (size & 1L), chunk[..4]);
                continue;
            }

            if (format is not null) throw new MalformedFileException("There is a second 'fmt ' chunk.", at);
            format = ReadFormat(size);
        }
    }

    private (WavFormat Format, long Start, long Bytes) Data(WavFormat format, uint riff, uint size, long chunk)
    {
        if (_length < 0 && size >= Endless) return (format, _at, -1);
        if (piped && size >= Endless && size > _length - _at) return (format, _start + _at, (_length - _at) / format.FrameBytes * format.FrameBytes);
        if (size == 0) throw new MalformedFileException("The 'data' chunk has 0 bytes: there are no samples, or what wrote the file did not finish it.", chunk + 4);
        if (_length >= 0 && size > _length - _at) throw CutShort($"{size} bytes of samples, and {_length - _at} are there", chunk + 4);
        if (riff + 8L < _at + size) throw new MalformedFileException($"The file says that it is {riff + 8L} bytes long, and its samples end at byte {_at + size}.", 4);
        if (_length >= 0 && riff + 8L > _length + (size & 1)) throw CutShort($"{riff + 8L} bytes in all, and {_length} are there", 4);
        if (size < format.FrameBytes) throw new MalformedFileException($"The 'data' chunk has {size} bytes, less than one frame of {format.FrameBytes}.", chunk + 4);
        return (format, _start + _at, size / format.FrameBytes * format.FrameBytes);
    }

    private WavFormat ReadFormat(uint size)
    {
        long at = _at;
        if (size < 16) throw new MalformedFileException($"The 'fmt ' chunk has {size} bytes; legal: 16 or more.", at - 4);
        Span<byte> bytes = stackalloc byte[LongestFormat];
        Span<byte> known = bytes[..(int)Math.Min(size, LongestFormat)];
        Need(known, "a 'fmt ' chunk");
        Skip(size - known.Length + (size & 1L), "fmt "u8);

        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(known);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(known[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(known[4..]);
        int frame = BinaryPrimitives.ReadUInt16LittleEndian(known[12..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(known[14..]);
        uint mask = 0;
        if (tag == WavHeader.ExtensibleTag)
        {
            if (known.Length < LongestFormat) throw new MalformedFileException($"An extensible format of {size} bytes; legal: {LongestFormat} or more.", at - 4);
            if (!known[26..].SequenceEqual(WavHeader.SubformatTail)) throw new MalformedFileException($"The subformat {new Guid(known[24..])} is not read here; legal: PCM and IEEE floating point.", at + 24);
            int valid = BinaryPrimitives.ReadUInt16LittleEndian(known[18..]);
            if (valid > bits) throw new MalformedFileException($"{valid} valid bits in samples of {bits}.", at + 18);
            mask = BinaryPrimitives.ReadUInt32LittleEndian(known[20..]);
            tag = BinaryPrimitives.ReadUInt16LittleEndian(known[24..]);
        }

        WavEncoding encoding = tag switch
        {
            WavHeader.PcmTag => WavEncoding.Pcm,
            WavHeader.FloatTag => WavEncoding.Float,
            _ => throw new MalformedFileException(string.Create(CultureInfo.InvariantCulture, $"Format 0x{tag:X4} is not read here; legal: 0x0001 (PCM) and 0x0003 (IEEE floating point), plain or extensible."), at),
        };
        if (channels is 0 or > WavFormat.MostChannels) throw new MalformedFileException($"{channels} channels; legal: 1 to {WavFormat.MostChannels}.", at + 2);
        if (rate is 0 or > int.MaxValue) throw new MalformedFileException($"A rate of {rate} frames a second; legal: 1 to {int.MaxValue}.", at + 4);

        // Samples of 12 or 20 bits stand at the upper end of 16 or 24, so that they read as those.
        int container = (bits + 7) / 8 * 8;
        if (bits == 0 || !WavFormat.IsLegal(encoding, container)) throw new MalformedFileException($"Samples of {bits} bits; legal: PCM of 1 to 32, floating point of 32 and 64.", at + 14);
        if (frame != container / 8 * channels) throw new MalformedFileException($"A block align of {frame} bytes; {channels} channels of {bits} bits make {container / 8 * channels}.", at + 12);
        return new WavFormat(encoding, container, channels, (int)rate) { ChannelMask = mask };
    }

    private int Get(Span<byte> bytes)
    {
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _at += got;
        return got;
    }

    private void Need(Span<byte> bytes, string what)
    {
        long at = _at;
        int got = Get(bytes);
        if (got < bytes.Length) throw CutShort($"{what}, and {got} bytes are there", at);
    }

    private void Skip(long bytes, ReadOnlySpan<byte> chunk)
    {
        if (_length >= 0)
        {
            // The byte that fills up an odd chunk is often missing at a file's end.
            bytes = Math.Min(bytes, _length - _at);
            stream.Seek(bytes, SeekOrigin.Current);
            _at += bytes;
            return;
        }

        Span<byte> rest = stackalloc byte[512];
        while (bytes > 0)
        {
            int got = Get(rest[..(int)Math.Min(bytes, rest.Length)]);
            if (got == 0) throw CutShort($"{bytes} more bytes of chunk {Quoted(chunk)}", _at);
            bytes -= got;
        }
    }

    private static MalformedFileException CutShort(string expected, long at) => new($"The file was cut short: there should be {expected}.", at);

    private static string Quoted(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[4];
        for (int i = 0; i < text.Length; i++) text[i] = name[i] is >= 0x20 and < 0x7F ? (char)name[i] : '?';
        return $"'{text}'";
    }
}
