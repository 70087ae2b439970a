using System.Buffers.Binary;

namespace DmaKit.Drivers;

/// <summary>A SCSI command before its data is mapped. How many blocks it is for is known only then.</summary>
/// <remarks>Byte layouts: SPC-4 and SBC-3, which number all fields big-endian.</remarks>
internal readonly struct ScsiCommand
{
    private const byte OpInquiry = 0x12, OpModeSense6 = 0x1A, OpReadCapacity10 = 0x25, OpRead10 = 0x28, OpWrite10 = 0x2A;
    private const byte OpSynchronizeCache10 = 0x35, OpRead16 = 0x88, OpWrite16 = 0x8A, OpServiceActionIn16 = 0x9E;

    private readonly Cdb _bytes;

    private ScsiCommand(in Cdb bytes, int length, ScsiDirection direction, int blockSize)
    {
        _bytes = bytes;
        Length = length;
        Direction = direction;
        BlockSize = blockSize;
    }

    /// <summary>The length of the command descriptor block: 6, 10 or 16 bytes.</summary>
    public int Length { get; }

    /// <summary>Which way its data goes.</summary>
    public ScsiDirection Direction { get; }

    /// <summary>The length of a block for a command that counts blocks, in bytes; 0 for one whose data has a length of its own.</summary>
    public int BlockSize { get; }

    public static ScsiCommand TestUnitReady => Make([0, 0, 0, 0, 0, 0], ScsiDirection.None);

    public static ScsiCommand SynchronizeCache => Make([OpSynchronizeCache10, 0, 0, 0, 0, 0, 0, 0, 0, 0], ScsiDirection.None);

    public static ScsiCommand ReadCapacity10 => Make([OpReadCapacity10, 0, 0, 0, 0, 0, 0, 0, 0, 0], ScsiDirection.FromDevice);

    /// <summary>READ CAPACITY(16) is a service action, 10h (SBC-3).</summary>
    public static ScsiCommand ReadCapacity16(byte allocation) =>
        Make([OpServiceActionIn16, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, allocation, 0, 0], ScsiDirection.FromDevice);

    /// <summary>Standard INQUIRY data.</summary>
    public static ScsiCommand Inquiry(byte allocation) => Make([OpInquiry, 0, 0, 0, allocation, 0], ScsiDirection.FromDevice);

    /// <summary>A page of vital product data.</summary>
    public static ScsiCommand VitalProductData(byte page, byte allocation) => Make([OpInquiry, 1, page, 0, allocation, 0], ScsiDirection.FromDevice);

    /// <summary>MODE SENSE(6) without block descriptors. Page 3Fh is all of them.</summary>
    public static ScsiCommand ModeSense6(byte page, byte allocation) => Make([OpModeSense6, 0x08, page, 0, allocation, 0], ScsiDirection.FromDevice);

    /// <summary>READ(10), or READ(16) where the address needs it.</summary>
    public static ScsiCommand Read(long block, long blocks, int blockSize) =>
        Access(OpRead10, OpRead16, block, blocks, blockSize, ScsiDirection.FromDevice);

    /// <summary>WRITE(10), or WRITE(16) where the address needs it.</summary>
    public static ScsiCommand Write(long block, long blocks, int blockSize) =>
        Access(OpWrite10, OpWrite16, block, blocks, blockSize, ScsiDirection.ToDevice);

    /// <summary>The block itself, for <paramref name="dataLength"/> bytes of data.</summary>
    public void CopyTo(ref Cdb target, long dataLength)
    {
        target = _bytes;
        if (BlockSize == 0) return;
        uint blocks = (uint)dataLength / (uint)BlockSize;
        if (Length == 10) BinaryPrimitives.WriteUInt16BigEndian(target[7..9], checked((ushort)blocks));
        else BinaryPrimitives.WriteUInt32BigEndian(target[10..14], blocks);
    }

    /// <summary>What it asks, in words, for messages.</summary>
    public string Describe() => _bytes[0] switch
    {
        0x00 => "TEST UNIT READY",
        OpInquiry => "INQUIRY",
        OpModeSense6 => "MODE SENSE",
        OpReadCapacity10 or OpServiceActionIn16 => "READ CAPACITY",
        OpSynchronizeCache10 => "SYNCHRONIZE CACHE",
        OpRead10 => $"read at block {BinaryPrimitives.ReadUInt32BigEndian(_bytes[2..6])}",
        OpWrite10 => $"write at block {BinaryPrimitives.ReadUInt32BigEndian(_bytes[2..6])}",
        OpRead16 => $"read at block {BinaryPrimitives.ReadUInt64BigEndian(_bytes[2..10])}",
        OpWrite16 => $"write at block {BinaryPrimitives.ReadUInt64BigEndian(_bytes[2..10])}",
        var other => $"command {other:X2}h",
    };

    private static ScsiCommand Access(byte ten, byte sixteen, long block, long blocks, int blockSize, ScsiDirection direction)
    {
        Cdb bytes = default;
        if (block + blocks <= uint.MaxValue + 1L)
        {
            bytes[0] = ten;
            BinaryPrimitives.WriteUInt32BigEndian(bytes[2..6], (uint)block);
            return new ScsiCommand(bytes, 10, direction, blockSize);
        }

        bytes[0] = sixteen;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[2..10], (ulong)block);
        return new ScsiCommand(bytes, 16, direction, blockSize);
    }

    private static ScsiCommand Make(ReadOnlySpan<byte> bytes, ScsiDirection direction)
    {
        Cdb cdb = default;
        bytes.CopyTo(cdb);
        return new ScsiCommand(cdb, bytes.Length, direction, 0);
    }
}
