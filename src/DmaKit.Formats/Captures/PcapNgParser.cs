using System.Buffers.Binary;

namespace DmaKit.Formats;

/// <summary>
/// The format of blocks: each begins and ends with its length. Sections may follow each other, with byte orders and interfaces of their own; blocks
/// of other kinds are passed over. Source: draft-ietf-opsawg-pcapng.
/// </summary>
internal sealed class PcapNgParser : CaptureParser
{
    public const uint SectionHeader = 0x0A0D0D0A, InterfaceDescription = 1, ObsoletePacket = 2, SimplePacket = 3, EnhancedPacket = 6;
    public const uint ByteOrderMagic = 0x1A2B3C4D;
    public const ushort TimeResolution = 9, TimeOffset = 14;

    private const int BlockHeadLength = 8, TrailerLength = 4, LeastBlock = BlockHeadLength + TrailerLength;
    private const int SectionLength = 16, InterfaceLength = 8, SimpleLength = 4, PacketLength = 20;
    private const int MostOptions = 1 << 20, MostInterfaces = 65_536;
    private const ulong Microseconds = 1_000_000;

    private readonly List<PcapNgInterface> _interfaces = [];
    private Part _part = Part.Head;
    private uint _type;
    private long _length;
    private long _left;
    private PcapNgInterface _interface;

    public PcapNgParser() => (Needed, Item) = (BlockHeadLength, "the section header block");

    private enum Part
    {
        Head,
        Fixed,
        Options,
        Data,
        Trailer,
    }

    public override CaptureFormat Format => CaptureFormat.PcapNg;

    public override CaptureStep Take(ReadOnlySpan<byte> bytes, long offset) => _part switch
    {
        Part.Head => TakeHead(bytes, offset),
        Part.Fixed => TakeFixed(bytes),
        Part.Options => TakeOptions(bytes),
        Part.Data => TakeData(bytes.Length),
        _ => TakeTrailer(bytes),
    };

    private CaptureStep TakeHead(ReadOnlySpan<byte> bytes, long offset)
    {
        MayEnd = false;
        ItemOffset = offset;
        _type = Long(bytes, 0);

        // The length of a section's header can be read only when its byte order is known: it is kept as if it were in ours.
        _length = _type == SectionHeader ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) : Long(bytes, 4);
        int fix = _type switch
        {
            SectionHeader => SectionLength,
            InterfaceDescription => InterfaceLength,
            SimplePacket => SimpleLength,
            EnhancedPacket or ObsoletePacket => PacketLength,
            _ => 0,
        };
        Item = _type switch
        {
            SectionHeader => "the section header block",
            InterfaceDescription => "the interface description block",
            SimplePacket or EnhancedPacket or ObsoletePacket => "the packet block",
            _ => $"the block of type 0x{_type:x8}",
        };
        if (_type != SectionHeader) CheckLength(fix);
        return fix == 0 ? SkipRest() : Expect(Part.Fixed, fix);
    }

    private CaptureStep TakeFixed(ReadOnlySpan<byte> bytes)
    {
        switch (_type)
        {
            case SectionHeader:
                TakeSection(bytes);
                SkipRest();
                return CaptureStep.Head;
            case InterfaceDescription:
                _interface = new PcapNgInterface(Word(bytes, 0), Long(bytes, 4), Microseconds, 0);
                _left -= InterfaceLength;
                if (_left > MostOptions) throw Malformed($"{_left} bytes of options; at most {MostOptions} are read");
                if (_interfaces.Count == MostInterfaces) throw Malformed($"interface {MostInterfaces + 1} of its section; at most {MostInterfaces} are read");
                return Expect(Part.Options, (int)_left);
            case SimplePacket:
                return BeginPacket(0, null, SimpleCaptured(Long(bytes, 0)), Long(bytes, 0), SimpleLength);
            default:
                int number = _type == ObsoletePacket ? Word(bytes, 0) : (int)Math.Min(Long(bytes, 0), int.MaxValue);
                return BeginPacket(number, (ulong)Long(bytes, 4) << 32 | Long(bytes, 8), Long(bytes, 12), Long(bytes, 16), PacketLength);
        }
    }

    private void TakeSection(ReadOnlySpan<byte> bytes)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        bool swapped = magic == BinaryPrimitives.ReverseEndianness(ByteOrderMagic);
        if (magic != ByteOrderMagic && !swapped) throw Malformed($"byte order {Convert.ToHexStringLower(bytes[..4])}; legal: 1a2b3c4d, either way round");
        if (swapped) _length = BinaryPrimitives.ReverseEndianness((uint)_length);
        BigEndian = swapped;
        CheckLength(SectionLength);
        ushort major = Word(bytes, 4), minor = Word(bytes, 6);

        // Some writers wrote 1.2 for what is 1.0; the specification has readers take it as that.
        if (major != 1 || minor is not (0 or 2)) throw Malformed($"version {major}.{minor} of pcapng; read here is 1.0");
        _left -= SectionLength;
        _interfaces.Clear();
    }

    private CaptureStep TakeOptions(ReadOnlySpan<byte> options)
    {
        for (int at = 0; at + 4 <= options.Length;)
        {
            int code = Word(options, at), length = Word(options, at + 2);
            if (code == 0) break;
            at += 4;
            if (length > options.Length - at) throw Malformed($"{length} bytes of option {code}, and has {options.Length - at} left");
            ReadOnlySpan<byte> value = options.Slice(at, length);
            if (code == TimeResolution && length >= 1) _interface = _interface with { UnitsPerSecond = Resolution(value[0]) };
            else if (code == TimeOffset && length >= 8)
                _interface = _interface with { OffsetSeconds = BigEndian ? BinaryPrimitives.ReadInt64BigEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value) };
            at += (length + 3) & ~3;
        }

        _left = 0;
        _interfaces.Add(_interface);
        return SkipRest();
    }

    /// <summary>A power of 10, or of 2 when the highest bit is set.</summary>
    private UInt128 Resolution(byte code)
    {
        int power = code & 0x7F;
        bool binary = (code & 0x80) != 0;
        if (power > (binary ? 64 : 19)) throw Malformed($"a time resolution of {(binary ? 2 : 10)}^-{power} s; read here are 2^-64 and 10^-19 and coarser");
        UInt128 units = 1;
        for (int i = 0; i < power; i++) units *= binary ? 2u : 10u;
        return units;
    }

    /// <summary>A simple packet block does not say how much was captured: what the interface kept of it, and there is room for.</summary>
    private long SimpleCaptured(uint original)
    {
        long captured = _interfaces.Count > 0 && _interfaces[0].SnapLength is > 0 and var snap ? Math.Min(original, snap) : original;
        return captured;
    }

    private CaptureStep BeginPacket(int number, ulong? units, long captured, long original, int fix)
    {
        _left -= fix;
        if (number >= _interfaces.Count) throw Malformed($"interface {number}; its section describes {_interfaces.Count}");
        CheckLengths(captured, original);
        if (captured > _left) throw Malformed($"{captured} bytes captured, and has room for {_left}");
        PcapNgInterface source = _interfaces[number];
        CaptureTime time = units is { } counted ? CaptureTime.FromUnits(counted, source.UnitsPerSecond, source.OffsetSeconds) : default;
        Packet = new CapturedPacket(time, default, original, source.LinkType, number);
        return Expect(Part.Data, (int)captured);
    }

    private CaptureStep TakeData(int length)
    {
        _left -= length;
        SkipRest();
        return CaptureStep.Packet;
    }

    private CaptureStep TakeTrailer(ReadOnlySpan<byte> bytes)
    {
        uint again = Long(bytes, 0);
        if (again != _length) throw Malformed($"{_length} bytes at its start and {again} at its end");
        (Item, MayEnd) = ("the block header", true);
        return Expect(Part.Head, BlockHeadLength);
    }

    private void CheckLength(int fix)
    {
        if (_length < LeastBlock + fix || _length % 4 != 0) throw Malformed($"{_length} bytes in all; legal: a multiple of 4, {LeastBlock + fix} or more");
        _left = _length - LeastBlock;
    }

    private CaptureStep SkipRest()
    {
        ToSkip = _left;
        return Expect(Part.Trailer, TrailerLength);
    }

    private CaptureStep Expect(Part part, int needed)
    {
        (_part, Needed) = (part, needed);
        return CaptureStep.More;
    }
}
