using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of IOAS_ALLOC.</summary>
/// <remarks>Layout: the kernel's public header linux/iommufd.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct SpaceAllocate
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>None are known.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>Answered: the number of the new address space.</summary>
    [FieldOffset(8)]
    internal uint Space;
}
