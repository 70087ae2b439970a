using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of IOMMU_MAP_DMA.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct DmaMap
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 devices may read, 2 devices may write.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>Where the memory is in this process.</summary>
    [FieldOffset(8)]
    internal ulong Host;

    /// <summary>Where devices find it.</summary>
    [FieldOffset(16)]
    internal ulong Address;

    /// <summary>Its length in bytes.</summary>
    [FieldOffset(24)]
    internal ulong Length;
}
