using System.Runtime.InteropServices;

namespace DmaKit.Drivers;

/// <summary>
/// A packet of the mailbox device: command, context, result, the device's scratch space, and where the data is. Source:
/// docs/devices/mailbox.md; little-endian.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct MailboxPacket
{
    /// <summary>What to do: 1 read, 2 write, 3 fill, 4 checksum.</summary>
    [FieldOffset(0x00)] public ushort Opcode;

    /// <summary>How many elements there are.</summary>
    [FieldOffset(0x02)] public ushort ElementCount;

    /// <summary>Comes back from a register when the device is done.</summary>
    [FieldOffset(0x04)] public uint Context;

    /// <summary>Where in the device's memory, in bytes.</summary>
    [FieldOffset(0x08)] public uint DeviceOffset;

    /// <summary>How many bytes.</summary>
    [FieldOffset(0x0C)] public uint Length;

    /// <summary>Fill: with which byte.</summary>
    [FieldOffset(0x10)] public uint Argument;

    /// <summary>Written by the device, last of all: 1 for success; see <see cref="MailboxStatus"/>.</summary>
    [FieldOffset(0x18)] public uint Status;

    /// <summary>Written by the device: how many bytes of data were moved.</summary>
    [FieldOffset(0x1C)] public uint Transferred;

    /// <summary>Written by the device: the checksum.</summary>
    [FieldOffset(0x20)] public uint Value;

    /// <summary>Where the data is. Bytes 0x28 to 0x3F before it are the device's own queue.</summary>
    [FieldOffset(0x40)] public MailboxElements Elements;
}
