using System.Buffers.Binary;

namespace DmaKit.Emulation;

/// <summary>What a mailbox device is told: packets, which it writes, and their elements. It has them until their context was read, or until it was reset.</summary>
internal sealed class MailboxToldReader : ToldReader
{
    private const int PacketLength = 128, Elements = 0x40, ElementLength = 12, MostElements = 5;
    private const ushort ReadOpcode = 1, WriteOpcode = 2;

    private readonly byte[] _packet = new byte[PacketLength];
    private uint _high;

    internal override void Write(OracleTap tap, int bar, long offset, int size, ulong value)
    {
        if (bar != 0) return;
        switch (offset)
        {
            case 0x10:
                if (size == 8) _high = (uint)(value >> 32);
                Take(tap, (ulong)_high << 32 | (uint)value);
                break;
            case 0x14:
                _high = (uint)value;
                break;
            case 0x28 when (value & 1) != 0:
                tap.Ledger.Clear();
                break;
        }
    }

    internal override void Read(OracleTap tap, int bar, long offset, ulong value)
    {
        if (bar == 0 && offset == 0x18 && (uint)value != uint.MaxValue) tap.Ledger.Release((uint)value);
    }

    private void Take(OracleTap tap, ulong at)
    {
        if (!tap.TryPeek(at, _packet)) return;
        ushort opcode = BinaryPrimitives.ReadUInt16LittleEndian(_packet);
        int elements = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(_packet.AsSpan(2)), MostElements);
        uint context = BinaryPrimitives.ReadUInt32LittleEndian(_packet.AsSpan(4));
        tap.Tell(context, at, PacketLength, writes: true);
        if (opcode is not (ReadOpcode or WriteOpcode)) return;
        for (int i = 0; i < elements; i++)
        {
            ReadOnlySpan<byte> element = _packet.AsSpan(Elements + (i * ElementLength), ElementLength);
            tap.Tell(context, BinaryPrimitives.ReadUInt64LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element[8..]), writes: opcode == ReadOpcode);
        }
    }
}
