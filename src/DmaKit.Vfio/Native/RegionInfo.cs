using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Answer to DEVICE_GET_REGION_INFO; capabilities follow.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct RegionInfo
{
    /// <summary>The length of this structure in bytes, capabilities included.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 can be read, 2 can be written, 4 can be mapped, 8 capabilities follow.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>Which region: 0 to 5 the base address registers, 6 the ROM, 7 configuration space.</summary>
    [FieldOffset(8)]
    internal uint Index;

    /// <summary>Where the first capability lies from the start of the answer, 0 for none.</summary>
    [FieldOffset(12)]
    internal uint Capabilities;

    /// <summary>The region's length in bytes; 0 when there is none.</summary>
    [FieldOffset(16)]
    internal ulong Length;

    /// <summary>Where the region lies in the device's file.</summary>
    [FieldOffset(24)]
    internal ulong Offset;
}
