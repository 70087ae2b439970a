using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of IOAS_UNMAP.</summary>
/// <remarks>Layout: the kernel's public header linux/iommufd.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct SpaceUnmap
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>The number of the address space.</summary>
    [FieldOffset(4)]
    internal uint Space;

    /// <summary>Where the range starts.</summary>
    [FieldOffset(8)]
    internal ulong Address;

    /// <summary>Its length in bytes; answered: how many bytes were mapped in it.</summary>
    [FieldOffset(16)]
    internal ulong Length;
}
