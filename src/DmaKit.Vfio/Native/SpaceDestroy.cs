using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of iommufd's DESTROY.</summary>
/// <remarks>Layout: the kernel's public header linux/iommufd.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct SpaceDestroy
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>The number of the address space.</summary>
    [FieldOffset(4)]
    internal uint Space;
}
