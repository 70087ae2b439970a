using System.Runtime.InteropServices;

namespace DmaKit.Drivers;

/// <summary>The header of a SCSI IO request; the scatter-gather list follows it. Source: the public MPI 1.5 headers; little-endian.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal struct ScsiIoFrame
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 48;

    /// <summary>Control: data goes to the device.</summary>
    public const uint ControlWrite = 0x0100_0000;

    /// <summary>Control: data comes from the device.</summary>
    public const uint ControlRead = 0x0200_0000;

    /// <summary>The device's number.</summary>
    [FieldOffset(0x00)] public byte TargetId;

    /// <summary>Always 0: there is one bus.</summary>
    [FieldOffset(0x01)] public byte Bus;

    /// <summary>Where the chain element is, in words of 4 bytes from the start of the frame; 0 for none.</summary>
    [FieldOffset(0x02)] public byte ChainOffset;

    /// <summary><see cref="FusionMptFunction.ScsiIo"/>.</summary>
    [FieldOffset(0x03)] public byte Function;

    /// <summary>The length of the command descriptor block in bytes.</summary>
    [FieldOffset(0x04)] public byte CdbLength;

    /// <summary>How many bytes of sense data there is room for.</summary>
    [FieldOffset(0x05)] public byte SenseBufferLength;

    /// <summary>Flags; 0.</summary>
    [FieldOffset(0x07)] public byte MessageFlags;

    /// <summary>Comes back in the reply. Below 2^31, so that it is not taken for an address.</summary>
    [FieldOffset(0x08)] public uint MessageContext;

    /// <summary>The logical unit, of 8 bytes; the number stands in byte 1.</summary>
    [FieldOffset(0x0C)] public ulong LogicalUnit;

    /// <summary>Which way the data goes.</summary>
    [FieldOffset(0x14)] public uint Control;

    /// <summary>The command descriptor block.</summary>
    [FieldOffset(0x18)] public Cdb Cdb;

    /// <summary>How many bytes of data there are.</summary>
    [FieldOffset(0x28)] public uint DataLength;

    /// <summary>Bits 31 to 0 of the address for sense data; the others were told in IOC INIT.</summary>
    [FieldOffset(0x2C)] public uint SenseBufferLow;
}
