using System.Buffers.Binary;
using DmaKit.Formats;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>
/// <c>fuzz pcap</c>: captures, pcap and pcapng. Each packet must be the one that a second reading of the same bytes finds, in its place and with its time; what
/// is refused must be refused there too; and what was taken, written by our writer and read again, must be the same packets (a quarter of the inputs: it costs more than the rest).
/// </summary>
/// <param name="open">Opens the reader that is under test; null for the library's.</param>
internal sealed class CaptureTarget(Func<Stream, CaptureUnderTest>? open = null) : FuzzTarget
{
    private const int WrittenAgain = 4;

    private static readonly int[] s_pieces = [1, 3, 8, 61, 4096, 1 << 20];

    private readonly Func<Stream, CaptureUnderTest> _open = open ?? CaptureUnderTest.Open;
    private readonly ReferenceCapture _reference = new();
    private readonly MemoryStream _again = new();
    private CountedStream? _stream;

    public override string Name => "pcap";

    public override IReadOnlyList<byte[]> Corpus { get; } = [.. FuzzCorpus.Of("pcap").Select(sample => sample.Bytes)];

    /// <summary>The reader's window and the writer's buffer, and a little for each packet or interface that there can be.</summary>
    public override long AllowedAllocation(int length) => 400 * 1024 + 64L * length;

    /// <summary>One read for each byte, the end, and what is read twice over.</summary>
    public override long AllowedSteps(int length) => 16 + 2L * length;

    public override void Map(ReadOnlySpan<byte> sample, FuzzMap map) => CaptureMap.Draw(sample, map);

    public override FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        bool whole = _reference.Read(input);
        _stream ??= new CountedStream(() => Step());
        _stream.Open(input, canSeek: false, s_pieces[input.Length % s_pieces.Length]);
        int count = 0;
        CaptureUnderTest? reader = null;
        try
        {
            for (reader = _open(_stream); reader.Read(); count++) Compare(input.Span, reader.Packet, count);
        }
        catch (MalformedFileException e)
        {
            ClearError.Check(e);
            if (e.Offset < 0 || e.Offset > input.Length) throw new FuzzFailureException($"the error is said to be at byte {e.Offset} of {input.Length}");
            if (whole) throw new FuzzFailureException($"refused, and is a capture of {_reference.Packets.Count} packets: {e.Message}");
            if (count != _reference.Packets.Count) throw new FuzzFailureException($"refused after {count} packets, and {_reference.Packets.Count} are good: {e.Message}");
            return FuzzOutcome.Refused;
        }

        if (!whole) throw new FuzzFailureException($"taken with {count} packets, and is no capture");
        if (count != _reference.Packets.Count) throw new FuzzFailureException($"{count} packets were read, and there are {_reference.Packets.Count}");
        if (count > 0 && input.Length % WrittenAgain == 0) WriteAndRead(input.Span, reader.Format);
        return FuzzOutcome.Accepted;
    }

    private void Compare(ReadOnlySpan<byte> input, CapturedPacket packet, int index)
    {
        if (index >= _reference.Packets.Count) throw new FuzzFailureException($"packet {index} was read, and there are {_reference.Packets.Count}");
        var expected = _reference.Packets[index];
        bool same = packet.Time.Seconds == expected.Seconds && packet.Time.Nanoseconds == expected.Nanoseconds && packet.OriginalLength == expected.Original
            && packet.LinkType == expected.LinkType && packet.Interface == expected.Interface && packet.Data.Span.SequenceEqual(input.Slice(expected.Start, expected.Length));
        if (same) return;
        throw new FuzzFailureException($"packet {index} is {packet.Data.Length} bytes of {packet.OriginalLength} at {packet.Time}, link {packet.LinkType}, interface {packet.Interface}, or has other bytes; "
            + $"it was {expected.Length} of {expected.Original} at {expected.Seconds}.{expected.Nanoseconds:000000000}, link {expected.LinkType}, interface {expected.Interface}");
    }

    /// <summary>Writes the packets in the other byte order, as far as the format has places for their times, and reads them again.</summary>
    private void WriteAndRead(ReadOnlySpan<byte> input, CaptureFormat format)
    {
        _again.SetLength(0);
        int written = 0;
        var options = new CaptureWriterOptions { Format = format, LinkType = _reference.Packets[0].LinkType, BigEndian = (input.Length / WrittenAgain & 1) != 0, LeaveOpen = true };
        using (var writer = new CaptureWriter(_again, options))
        {
            foreach (var packet in _reference.Packets)
            {
                if (!HasPlace(format, packet.Seconds)) break;
                writer.Write(new CaptureTime(packet.Seconds, (int)packet.Nanoseconds), input.Slice(packet.Start, packet.Length), packet.Original);
                written++;
            }
        }

        _again.Position = 0;
        using CaptureReader reader = CaptureReader.Open(_again, leaveOpen: true);
        for (int i = 0; i < written; i++)
        {
            var packet = _reference.Packets[i];
            if (!reader.Read()) throw new FuzzFailureException($"{written} packets were written again, and {i} are read");
            CapturedPacket got = reader.Packet;
            bool same = got.Time.Seconds == packet.Seconds && got.Time.Nanoseconds == packet.Nanoseconds && got.OriginalLength == Math.Max(packet.Original, (uint)packet.Length)
                && got.LinkType == options.LinkType && got.Data.Span.SequenceEqual(input.Slice(packet.Start, packet.Length));
            if (!same) throw new FuzzFailureException($"packet {i}, written as {format} and read again, is another");
        }

        if (reader.Read()) throw new FuzzFailureException($"{written} packets were written again, and more are read");
    }

    private static bool HasPlace(CaptureFormat format, long seconds) =>
        seconds >= 0 && (format == CaptureFormat.PcapNg ? seconds < (long)(ulong.MaxValue / 1_000_000_000) : seconds <= uint.MaxValue);

    /// <summary>Where the numbers and packets of a sample are.</summary>
    private static class CaptureMap
    {
        internal static void Draw(ReadOnlySpan<byte> sample, FuzzMap map)
        {
            if (sample.Length < 12) return;
            if (BinaryPrimitives.ReadUInt32LittleEndian(sample) == 0x0A0D0D0A) Blocks(sample, map);
            else Classic(sample, map, big: sample[0] == 0xA1);
        }

        private static void Classic(ReadOnlySpan<byte> sample, FuzzMap map, bool big)
        {
            map.Number(0, 4, big);
            map.Number(4, 2, big);
            map.Number(6, 2, big);
            for (int at = 8; at < 24; at += 4) map.Number(at, 4, big);
            for (int at = 24; at + 16 <= sample.Length;)
            {
                map.Piece(at);
                for (int field = 0; field < 16; field += 4) map.Number(at + field, 4, big);
                uint length = Long(sample[(at + 8)..], big);
                if (length > sample.Length - at - 16) break;
                at += 16 + (int)length;
            }
        }

        private static void Blocks(ReadOnlySpan<byte> sample, FuzzMap map)
        {
            bool big = false;
            for (int at = 0; at + 12 <= sample.Length;)
            {
                map.Piece(at);
                if (BinaryPrimitives.ReadUInt32LittleEndian(sample[at..]) == 0x0A0D0D0A) big = sample[at + 8] == 0x1A;
                uint length = Long(sample[(at + 4)..], big);
                if (length < 12 || length > sample.Length - at) break;

                // All numbers of all blocks have 4 bytes, or 2 and 2.
                int numbers = (int)Math.Min(length, 40);
                for (int field = 0; field + 4 <= numbers; field += 4) map.Number(at + field, 4, big);
                map.Number(at + 8, 2, big);
                map.Number(at + 12, 2, big);
                if (numbers > 16) map.Number(at + 16, 2, big);
                map.Number(at + (int)length - 4, 4, big);
                at += (int)length;
            }
        }

        private static uint Long(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
