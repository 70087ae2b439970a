using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of IOAS_IOVA_RANGES.</summary>
/// <remarks>Layout: the kernel's public header linux/iommufd.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct SpaceRanges
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>The number of the address space.</summary>
    [FieldOffset(4)]
    internal uint Space;

    /// <summary>How many ranges there is room for; answered: how many there are.</summary>
    [FieldOffset(8)]
    internal uint Count;

    /// <summary>Where they are written: pairs of the first and the last address, 64 bits each.</summary>
    [FieldOffset(16)]
    internal ulong Ranges;

    /// <summary>Answered: what addresses and lengths must be multiples of.</summary>
    [FieldOffset(24)]
    internal ulong Alignment;
}
