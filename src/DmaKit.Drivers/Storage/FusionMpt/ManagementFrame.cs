using System.Runtime.InteropServices;

namespace DmaKit.Drivers;

/// <summary>
/// A request that is about the adapter and not about data: task management, port enable, event notification. The shorter ones use the
/// start of it. Source: the public MPI 1.5 headers; little-endian.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal struct ManagementFrame
{
    /// <summary>The length in bytes: that of the longest, task management.</summary>
    public const int Length = 0x34;

    /// <summary>Task type: end one command.</summary>
    public const byte AbortTask = 1;

    /// <summary>Task type: reset a device.</summary>
    public const byte TargetReset = 3;

    /// <summary>Task management: the device's number. Event notification: 1 for on.</summary>
    [FieldOffset(0x00)] public byte TargetIdOrSwitch;

    /// <summary>Always 0: there is one bus.</summary>
    [FieldOffset(0x01)] public byte Bus;

    /// <summary>0: none of them has a list.</summary>
    [FieldOffset(0x02)] public byte ChainOffset;

    /// <summary>One of <see cref="FusionMptFunction"/>.</summary>
    [FieldOffset(0x03)] public byte Function;

    /// <summary>Task management: what to do.</summary>
    [FieldOffset(0x05)] public byte TaskType;

    /// <summary>Port enable: which port.</summary>
    [FieldOffset(0x06)] public byte PortNumber;

    /// <summary>Flags; 0.</summary>
    [FieldOffset(0x07)] public byte MessageFlags;

    /// <summary>Comes back in the reply.</summary>
    [FieldOffset(0x08)] public uint MessageContext;

    /// <summary>Task management: the logical unit.</summary>
    [FieldOffset(0x0C)] public ulong LogicalUnit;

    /// <summary>Task management: the context of the command that is meant.</summary>
    [FieldOffset(0x30)] public uint TaskMessageContext;
}
