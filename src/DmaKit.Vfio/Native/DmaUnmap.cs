using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of IOMMU_UNMAP_DMA; the kernel writes back how much it unmapped.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct DmaUnmap
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>0.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>Where devices found the memory.</summary>
    [FieldOffset(8)]
    internal ulong Address;

    /// <summary>The length in bytes, and what was unmapped of it.</summary>
    [FieldOffset(16)]
    internal ulong Length;
}
