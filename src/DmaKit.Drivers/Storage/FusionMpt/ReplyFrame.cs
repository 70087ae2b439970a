using System.Runtime.InteropServices;

namespace DmaKit.Drivers;

/// <summary>
/// A reply that the adapter wrote into memory: the start that all have in common, and what SCSI IO and task management add. Source: the
/// public MPI 1.5 headers; little-endian.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal struct ReplyFrame
{
    /// <summary>The length in bytes of the part that is looked at.</summary>
    public const int Length = 36;

    /// <summary>SCSI state: the sense data is the device's.</summary>
    public const byte SenseValid = 0x01;

    /// <summary>SCSI state: there is no status of the device.</summary>
    public const byte NoScsiStatus = 0x04;

    /// <summary>In the status: more is in the log; not part of the number.</summary>
    public const ushort LogInfoAvailable = 0x8000;

    /// <summary>The length of the reply in words of 4 bytes.</summary>
    [FieldOffset(0x02)] public byte MessageLength;

    /// <summary>The function of the request.</summary>
    [FieldOffset(0x03)] public byte Function;

    /// <summary>Task management: how it went; 0 complete, 8 succeeded.</summary>
    [FieldOffset(0x04)] public byte ResponseCode;

    /// <summary>The context of the request.</summary>
    [FieldOffset(0x08)] public uint MessageContext;

    /// <summary>SCSI IO: the device's status.</summary>
    [FieldOffset(0x0C)] public byte ScsiStatus;

    /// <summary>SCSI IO: what else is known.</summary>
    [FieldOffset(0x0D)] public byte ScsiState;

    /// <summary>The adapter's verdict.</summary>
    [FieldOffset(0x0E)] public ushort IocStatus;

    /// <summary>SCSI IO: how many bytes were transferred. Task management: how many commands were ended. Event: which one.</summary>
    [FieldOffset(0x14)] public uint TransferCount;

    /// <summary>SCSI IO: how many bytes of sense data were written.</summary>
    [FieldOffset(0x18)] public uint SenseCount;
}
