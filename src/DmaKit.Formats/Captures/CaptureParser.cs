using System.Buffers.Binary;

namespace DmaKit.Formats;

/// <summary>
/// The grammar of a capture, without input or output: it says how many bytes it needs next, and gets exactly those. What it asks for is
/// bounded, whatever the file says.
/// </summary>
internal abstract class CaptureParser
{
    /// <summary>The format.</summary>
    public abstract CaptureFormat Format { get; }

    /// <summary>The most bytes of a packet that the file says it keeps, where its head says so; else the most there are.</summary>
    public int SnapLength { get; protected set; } = CapturedPacket.MostBytes;

    /// <summary>How many bytes the next call of <see cref="Take"/> gets.</summary>
    public int Needed { get; protected set; }

    /// <summary>How many bytes are to be passed over before that.</summary>
    public long ToSkip { get; set; }

    /// <summary>Whether the file may end here.</summary>
    public bool MayEnd { get; protected set; }

    /// <summary>What it is reading, for messages.</summary>
    public string Item { get; protected set; } = "the file header";

    /// <summary>Where that began.</summary>
    public long ItemOffset { get; protected set; }

    /// <summary>The packet that the last call of <see cref="Take"/> got the bytes of; its data is left empty.</summary>
    public CapturedPacket Packet { get; protected set; }

    /// <summary>Whether numbers have their highest byte first.</summary>
    protected bool BigEndian { get; set; }

    /// <summary>Takes the bytes that were asked for.</summary>
    /// <param name="bytes">As many as <see cref="Needed"/>.</param>
    /// <param name="offset">Where in the file they begin.</param>
    /// <exception cref="MalformedFileException">They cannot be.</exception>
    public abstract CaptureStep Take(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Chooses the parser by the first four bytes.</summary>
    public static CaptureParser ForMagic(ReadOnlySpan<byte> magic) => BinaryPrimitives.ReadUInt32LittleEndian(magic) switch
    {
        PcapParser.MicrosecondMagic => new PcapParser(bigEndian: false, nanoseconds: false),
        PcapParser.NanosecondMagic => new PcapParser(bigEndian: false, nanoseconds: true),
        PcapNgParser.SectionHeader => new PcapNgParser(),
        _ => BinaryPrimitives.ReadUInt32BigEndian(magic) switch
        {
            PcapParser.MicrosecondMagic => new PcapParser(bigEndian: true, nanoseconds: false),
            PcapParser.NanosecondMagic => new PcapParser(bigEndian: true, nanoseconds: true),
            _ => throw new MalformedFileException($"No capture: it begins with {Convert.ToHexStringLower(magic)}, neither pcap (a1b2c3d4, a1b23c4d) nor pcapng (0a0d0d0a).", 0),
        },
    };

    protected ushort Word(ReadOnlySpan<byte> bytes, int at) =>
        BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    protected uint Long(ReadOnlySpan<byte> bytes, int at) =>
        BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>Refuses lengths that no packet has.</summary>
    protected void CheckLengths(long captured, long original)
    {
        if (captured > CapturedPacket.MostBytes)
            throw Malformed($"{captured} bytes of a packet; at most {CapturedPacket.MostBytes} are read");
        if (captured > original)
            throw Malformed($"{captured} bytes captured of a packet of {original}");
    }

    protected MalformedFileException Malformed(string what) => new($"{char.ToUpperInvariant(Item[0])}{Item[1..]} says {what}.", ItemOffset);
}
