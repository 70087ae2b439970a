using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of IOAS_MAP.</summary>
/// <remarks>Layout: the kernel's public header linux/iommufd.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct SpaceMap
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 the address is the caller's choice, 2 devices may write, 4 devices may read.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>The number of the address space.</summary>
    [FieldOffset(8)]
    internal uint Space;

    /// <summary>Where the memory is in this process.</summary>
    [FieldOffset(16)]
    internal ulong Host;

    /// <summary>Its length in bytes.</summary>
    [FieldOffset(24)]
    internal ulong Length;

    /// <summary>Where devices find it.</summary>
    [FieldOffset(32)]
    internal ulong Address;
}
