using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Argument of DEVICE_BIND_IOMMUFD.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct DeviceBind
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>None are known.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>The descriptor of an open /dev/iommu.</summary>
    [FieldOffset(8)]
    internal int Iommu;

    /// <summary>Answered: the number that the device has there.</summary>
    [FieldOffset(12)]
    internal uint Device;
}
