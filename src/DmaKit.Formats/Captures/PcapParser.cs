namespace DmaKit.Formats;

/// <summary>The classic format: a header of 24 bytes, then packets, each with a header of 16. Source: draft-ietf-opsawg-pcap.</summary>
internal sealed class PcapParser : CaptureParser
{
    public const uint MicrosecondMagic = 0xA1B2C3D4, NanosecondMagic = 0xA1B23C4D;
    public const int FileHeaderLength = 24, PacketHeaderLength = 16;
    public const ushort Major = 2, Minor = 4;

    // The upper half of the link type says whether frames end with their checksum.
    private const uint LinkTypeMask = 0xFFFF;

    private readonly bool _nanoseconds;
    private int _linkType = -1;
    private bool _inPacket;

    public PcapParser(bool bigEndian, bool nanoseconds)
    {
        BigEndian = bigEndian;
        _nanoseconds = nanoseconds;
        Needed = FileHeaderLength;
    }

    public override CaptureFormat Format => _nanoseconds ? CaptureFormat.Pcap : CaptureFormat.PcapMicroseconds;

    public override CaptureStep Take(ReadOnlySpan<byte> bytes, long offset)
    {
        if (_linkType < 0) return TakeFileHeader(bytes);
        if (_inPacket)
        {
            ExpectHeader();
            return CaptureStep.Packet;
        }

        (Item, ItemOffset, MayEnd) = ("the packet header", offset, false);
        uint captured = Long(bytes, 8), original = Long(bytes, 12);
        CheckLengths(captured, original);
        uint fraction = Long(bytes, 4);
        ulong units = _nanoseconds ? 1_000_000_000UL : 1_000_000UL;
        Packet = new CapturedPacket(CaptureTime.FromUnits(Long(bytes, 0) * units + fraction, units, 0), default, original, _linkType, 0);
        (Needed, Item, _inPacket) = ((int)captured, "the packet", true);
        return CaptureStep.More;
    }

    private CaptureStep TakeFileHeader(ReadOnlySpan<byte> bytes)
    {
        ushort major = Word(bytes, 4), minor = Word(bytes, 6);
        if (major != Major || minor < Minor) throw Malformed($"version {major}.{minor} of pcap; read here are 2.4 and later 2.x");
        if (Long(bytes, 16) is > 0 and <= CapturedPacket.MostBytes and var snap) SnapLength = (int)snap;
        _linkType = (int)(Long(bytes, 20) & LinkTypeMask);
        ExpectHeader();
        return CaptureStep.Head;
    }

    private void ExpectHeader() => (Needed, Item, MayEnd, _inPacket) = (PacketHeaderLength, "the packet header", true, false);
}
