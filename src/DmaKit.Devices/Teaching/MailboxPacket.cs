namespace DmaKit.Devices;

/// <summary>The layout of a packet, in bytes from its start; little endian. Described for people in docs/devices/mailbox.md.</summary>
internal static class MailboxPacket
{
    public const int Length = 128;
    public const int Alignment = 8;

    // The command block.
    public const int Opcode = 0x00;
    public const int ElementCount = 0x02;
    public const int Context = 0x04;
    public const int DeviceOffset = 0x08;
    public const int DataLength = 0x0C;
    public const int Argument = 0x10;

    // The result.
    public const int Result = 0x18;
    public const int ResultLength = 16;
    public const int Status = 0x18;
    public const int Transferred = 0x1C;
    public const int Value = 0x20;

    // The device's scratch.
    public const int Scratch = 0x28;
    public const int ScratchLength = 24;
    public const int State = 0x28;
    public const int Sequence = 0x2C;
    public const int Link = 0x30;

    // The data.
    public const int Elements = 0x40;
    public const int ElementLength = 12;
    public const int MostElements = 5;

    public const ushort OpcodeRead = 1;
    public const ushort OpcodeWrite = 2;
    public const ushort OpcodeFill = 3;
    public const ushort OpcodeChecksum = 4;

    public const uint StateQueued = 1;
    public const uint StateRunning = 2;
    public const uint StateDone = 3;

    public const uint NoContext = uint.MaxValue;
}
