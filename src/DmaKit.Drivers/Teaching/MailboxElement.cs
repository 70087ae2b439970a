using System.Runtime.InteropServices;

namespace DmaKit.Drivers;

/// <summary>One run of data in a packet of the mailbox device: 12 bytes, without gaps. Source: docs/devices/mailbox.md.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = 12)]
internal struct MailboxElement
{
    /// <summary>Where it is to the device.</summary>
    public ulong Address;

    /// <summary>The length in bytes.</summary>
    public uint Length;
}
