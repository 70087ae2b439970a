using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Answer to DEVICE_GET_INFO.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct DeviceInfo
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 the function can be reset, 2 it is a PCI function.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>How many regions there are.</summary>
    [FieldOffset(8)]
    internal uint Regions;

    /// <summary>How many kinds of interrupt there are.</summary>
    [FieldOffset(12)]
    internal uint Interrupts;

    /// <summary>Where the first capability lies from the start of the answer, 0 for none.</summary>
    [FieldOffset(16)]
    internal uint Capabilities;
}
