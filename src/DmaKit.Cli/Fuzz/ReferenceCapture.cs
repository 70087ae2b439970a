using System.Buffers.Binary;
using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>
/// A second reading of captures, for judging the first: from memory, without streams, windows or states. Written from the drafts draft-ietf-opsawg-pcap
/// and draft-ietf-opsawg-pcapng and the limits that the reader documents.
/// </summary>
internal sealed class ReferenceCapture
{
    private const int MostOptions = 1 << 20;

    private readonly List<(int LinkType, uint Snap, UInt128 Units, long Offset)> _interfaces = [];
    private ReadOnlyMemory<byte> _input;
    private bool _big;

    /// <summary>The packets before the end, or before what is wrong: time, place of the bytes, length of the packet, link type, interface.</summary>
    internal List<(long Seconds, long Nanoseconds, int Start, int Length, uint Original, int LinkType, int Interface)> Packets { get; } = [];

    /// <summary>Reads all of an input.</summary>
    /// <returns>Whether it is a capture from end to end.</returns>
    internal bool Read(ReadOnlyMemory<byte> input)
    {
        _input = input;
        Packets.Clear();
        _interfaces.Clear();
        _big = false;
        if (input.Length < 4) return false;
        uint little = BinaryPrimitives.ReadUInt32LittleEndian(input.Span), big = BinaryPrimitives.ReadUInt32BigEndian(input.Span);
        if (little == 0x0A0D0D0A) return ReadBlocks();
        _big = big is 0xA1B2C3D4 or 0xA1B23C4D;
        return (_big || little is 0xA1B2C3D4 or 0xA1B23C4D) && ReadClassic(units: (_big ? big : little) == 0xA1B23C4D ? 1_000_000_000u : 1_000_000u);
    }

    private bool ReadClassic(uint units)
    {
        if (_input.Length < 24 || Word(4) != 2 || Word(6) < 4) return false;
        int link = Word(20 + (_big ? 2 : 0));
        int at = 24;
        while (at < _input.Length)
        {
            if (_input.Length - at < 16) return false;
            (uint seconds, uint fraction, uint captured, uint original) = (Long(at), Long(at + 4), Long(at + 8), Long(at + 12));
            if (captured > CapturedPacket.MostBytes || captured > original || captured > _input.Length - at - 16) return false;
            Packets.Add(((long)seconds + fraction / units, fraction % units * (1_000_000_000L / units), at + 16, (int)captured, original, link, 0));
            at += 16 + (int)captured;
        }

        return true;
    }

    private bool ReadBlocks()
    {
        for (int at = 0; at < _input.Length;)
        {
            int left = _input.Length - at;
            if (left < 8) return false;
            bool section = Long(at) == 0x0A0D0D0A;
            if (section)
            {
                if (left < 12) return false;
                uint magic = BinaryPrimitives.ReadUInt32BigEndian(_input.Span[(at + 8)..]);
                if (magic is not (0x1A2B3C4D or 0x4D3C2B1A)) return false;
                _big = magic == 0x1A2B3C4D;
            }

            uint length = Long(at + 4);

            // A reader of a stream finds what is wrong inside a block before it finds that the block's end is missing.
            if (length < 12 || length % 4 != 0 || !ReadBlock(at, length, left)) return false;
            if (length > left || Long(at + (int)length - 4) != length) return false;
            at += (int)length;
        }

        return true;
    }

    private bool ReadBlock(int at, uint length, int left)
    {
        int body = at + 8;
        long room = Math.Min(length - 12, left - 8), promised = length - 12;
        switch (Long(at))
        {
            case 0x0A0D0D0A:
                _interfaces.Clear();
                return promised >= 16 && room >= 16 && Word(body + 4) == 1 && Word(body + 6) is 0 or 2;
            case 1:
                return promised >= 8 && promised - 8 <= MostOptions && room == promised && AddInterface(body, (int)promised);
            case 2:
                return promised >= 20 && room >= 20 && AddPacket(Word(body), Units(body + 4), Long(body + 12), Long(body + 16), body + 20, promised - 20);
            case 6:
                return promised >= 20 && room >= 20 && AddPacket(Long(body), Units(body + 4), Long(body + 12), Long(body + 16), body + 20, promised - 20);
            case 3:
                if (promised < 4 || room < 4) return false;
                uint original = Long(body);
                uint snap = _interfaces.Count > 0 ? _interfaces[0].Snap : 0;
                return AddPacket(0, null, snap > 0 ? Math.Min(snap, original) : original, original, body + 4, promised - 4);
            default:
                return true;
        }
    }

    private bool AddInterface(int body, int length)
    {
        (UInt128 units, long offset) = (1_000_000, 0);
        int end = body + length;
        for (int at = body + 8; at + 4 <= end;)
        {
            (int code, int size) = (Word(at), Word(at + 2));
            if (code == 0) break;
            at += 4;
            if (size > end - at) return false;
            if (code == 9 && size > 0)
            {
                byte resolution = _input.Span[at];
                int power = resolution & 0x7F;
                bool binary = resolution >= 0x80;
                if (power > (binary ? 64 : 19)) return false;
                units = 1;
                while (power-- > 0) units *= binary ? 2u : 10u;
            }
            else if (code == 14 && size >= 8)
            {
                offset = (long)(_big ? BinaryPrimitives.ReadUInt64BigEndian(_input.Span[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(_input.Span[at..]));
            }

            at += (size + 3) / 4 * 4;
        }

        _interfaces.Add((Word(body), Long(body + 4), units, offset));
        return true;
    }

    private bool AddPacket(uint number, ulong? units, uint captured, uint original, int start, long promised)
    {
        if (number >= _interfaces.Count || captured > CapturedPacket.MostBytes || captured > original || captured > promised || captured > _input.Length - start) return false;
        var source = _interfaces[(int)number];
        (Int128 seconds, long nanoseconds) = units is { } count
            ? ((Int128)(count / source.Units) + source.Offset, (long)(count % source.Units * 1_000_000_000 / source.Units))
            : (0, 0);
        Packets.Add(((long)Int128.Clamp(seconds, long.MinValue, long.MaxValue), nanoseconds, start, (int)captured, original, source.LinkType, (int)number));
        return true;
    }

    private ulong Units(int at) => (ulong)Long(at) << 32 | Long(at + 4);

    private ushort Word(int at) => _big ? BinaryPrimitives.ReadUInt16BigEndian(_input.Span[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(_input.Span[at..]);

    private uint Long(int at) => _big ? BinaryPrimitives.ReadUInt32BigEndian(_input.Span[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_input.Span[at..]);
}
