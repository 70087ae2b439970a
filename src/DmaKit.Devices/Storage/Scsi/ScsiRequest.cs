using System.Buffers.Binary;

namespace DmaKit.Devices;

/// <summary>A decoded command descriptor block. Layouts: SPC-4 clause 6, SBC-3 clause 5.</summary>
internal readonly record struct ScsiRequest(ScsiOperation Operation, ScsiDirection Direction = ScsiDirection.None)
{
    public const int BlockLength = 512;

    /// <summary>The bytes that the command block asks to move: blocks, or the allocation length.</summary>
    public long TransferLength { get; init; }

    /// <summary>The first block.</summary>
    public ulong Block { get; init; }

    /// <summary>How many blocks.</summary>
    public uint Blocks { get; init; }

    /// <summary>Whether the written blocks must be on the medium before the command ends.</summary>
    public bool ForceUnitAccess { get; init; }

    /// <summary>What is wrong with the command block; none if nothing is.</summary>
    public ScsiSense Fault { get; init; }

    /// <summary>Decodes a command block.</summary>
    /// <param name="cdb">16 bytes, zeros behind the command block.</param>
    /// <param name="length">How many of them the initiator sent.</param>
    public static ScsiRequest Decode(ReadOnlySpan<byte> cdb, int length)
    {
        byte opcode = cdb[0];
        int needed = (opcode >> 5) switch
        {
            0 => 6,
            1 or 2 => 10,
            4 => 16,
            5 => 12,
            _ => 0,
        };
        if (needed == 0) return Wrong(ScsiSense.InvalidOpcode);
        if (length < needed) return Wrong(ScsiSense.InvalidField);

        ScsiRequest request = ByOpcode(opcode, cdb);
        if (request.Operation == ScsiOperation.Wrong && request.Fault.IsNone) return Wrong(ScsiSense.InvalidOpcode);

        // NACA asks for a task state that this disk does not have (SAM-4 5.2).
        const byte normalAca = 0x04;
        return (cdb[needed - 1] & normalAca) != 0 ? request with { Fault = ScsiSense.InvalidField } : request;
    }

    private static ScsiRequest ByOpcode(byte opcode, ReadOnlySpan<byte> cdb) => opcode switch
    {
        0x00 => new(ScsiOperation.TestUnitReady),
        0x03 => Answer(ScsiOperation.RequestSense, cdb[4]) with { Fault = Unless((cdb[1] & 0x01) == 0) },
        0x08 => Access(ScsiOperation.Read, Block21(cdb), Blocks8(cdb), 0),
        0x0A => Access(ScsiOperation.Write, Block21(cdb), Blocks8(cdb), 0),
        0x12 => Answer(ScsiOperation.Inquiry, Word(cdb, 3)),
        0x1A => Answer(ScsiOperation.ModeSense6, cdb[4]),
        0x1B => new(ScsiOperation.StartStopUnit) { Fault = Unless((cdb[4] & 0xF2) == 0) },
        0x25 => Answer(ScsiOperation.ReadCapacity10, 8) with { Fault = Unless((cdb[8] & 1) == 0 && Double(cdb, 2) == 0) },
        0x28 => Access(ScsiOperation.Read, Double(cdb, 2), Word(cdb, 7), cdb[1]),
        0x2A => Access(ScsiOperation.Write, Double(cdb, 2), Word(cdb, 7), cdb[1]),
        0x2F => Verification(Double(cdb, 2), Word(cdb, 7), cdb[1]),
        0x35 => Range(ScsiOperation.SynchronizeCache, Double(cdb, 2), Word(cdb, 7)),
        0x5A => Answer(ScsiOperation.ModeSense10, Word(cdb, 7)),
        0x88 => Access(ScsiOperation.Read, Quad(cdb, 2), Double(cdb, 10), cdb[1]),
        0x8A => Access(ScsiOperation.Write, Quad(cdb, 2), Double(cdb, 10), cdb[1]),
        0x8F => Verification(Quad(cdb, 2), Double(cdb, 10), cdb[1]),
        0x91 => Range(ScsiOperation.SynchronizeCache, Quad(cdb, 2), Double(cdb, 10)),
        0x9E when (cdb[1] & 0x1F) == 0x10 =>
            Answer(ScsiOperation.ReadCapacity16, Double(cdb, 10)) with { Fault = Unless((cdb[14] & 1) == 0 && Quad(cdb, 2) == 0) },
        0x9E => Wrong(ScsiSense.InvalidField),
        0xA0 => Answer(ScsiOperation.ReportLuns, Double(cdb, 6)) with { Fault = Unless(Double(cdb, 6) >= 16 && cdb[2] <= 2) },
        0xA8 => Access(ScsiOperation.Read, Double(cdb, 2), Double(cdb, 6), cdb[1]),
        0xAA => Access(ScsiOperation.Write, Double(cdb, 2), Double(cdb, 6), cdb[1]),
        _ => default,
    };

    private static ScsiRequest Wrong(ScsiSense fault) => new(ScsiOperation.Wrong) { Fault = fault };

    private static ScsiRequest Answer(ScsiOperation operation, uint allocation) =>
        new(operation, allocation == 0 ? ScsiDirection.None : ScsiDirection.FromDevice) { TransferLength = allocation };

    private static ScsiRequest Range(ScsiOperation operation, ulong block, uint blocks) =>
        new(operation) { Block = block, Blocks = blocks };

    /// <summary>READ or WRITE. Protection information is not supported, so that its field must be 0 (SBC-3 5.11).</summary>
    private static ScsiRequest Access(ScsiOperation operation, ulong block, uint blocks, byte flags)
    {
        ScsiDirection direction = operation == ScsiOperation.Read ? ScsiDirection.FromDevice : ScsiDirection.ToDevice;
        return new(operation, blocks == 0 ? ScsiDirection.None : direction)
        {
            TransferLength = (long)blocks * BlockLength,
            Block = block,
            Blocks = blocks,
            ForceUnitAccess = (flags & 0x08) != 0,
            Fault = Unless((flags & 0xE0) == 0),
        };
    }

    /// <summary>VERIFY with BYTCHK 0 (the blocks can be read) or 1 (they equal the data sent), SBC-3 5.27.</summary>
    private static ScsiRequest Verification(ulong block, uint blocks, byte flags)
    {
        int byteCheck = (flags >> 1) & 3;
        bool compares = byteCheck == 1 && blocks != 0;
        return new(byteCheck == 1 ? ScsiOperation.VerifyCompare : ScsiOperation.Verify, compares ? ScsiDirection.ToDevice : ScsiDirection.None)
        {
            TransferLength = compares ? (long)blocks * BlockLength : 0,
            Block = block,
            Blocks = blocks,
            Fault = Unless((flags & 0xE0) == 0 && byteCheck <= 1),
        };
    }

    private static ScsiSense Unless(bool legal) => legal ? ScsiSense.None : ScsiSense.InvalidField;

    private static ulong Block21(ReadOnlySpan<byte> cdb) => Double(cdb, 0) & 0x1FFFFF;

    private static uint Blocks8(ReadOnlySpan<byte> cdb) => cdb[4] == 0 ? 256u : cdb[4];

    private static uint Word(ReadOnlySpan<byte> cdb, int at) => BinaryPrimitives.ReadUInt16BigEndian(cdb[at..]);

    private static uint Double(ReadOnlySpan<byte> cdb, int at) => BinaryPrimitives.ReadUInt32BigEndian(cdb[at..]);

    private static ulong Quad(ReadOnlySpan<byte> cdb, int at) => BinaryPrimitives.ReadUInt64BigEndian(cdb[at..]);
}
