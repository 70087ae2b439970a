using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of DEVICE_ATTACH_IOMMUFD_PT.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct DeviceAttach
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>None are used here.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>The number of the address space.</summary>
    [FieldOffset(8)]
    internal uint Space;
}
