using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Answer to IOMMU_GET_INFO of a type 1 container; capabilities follow.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct IommuInfo
{
    /// <summary>The length of this structure in bytes, capabilities included.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 page sizes are told, 2 capabilities follow.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>One bit for each page size that the IOMMU has.</summary>
    [FieldOffset(8)]
    internal ulong PageSizes;

    /// <summary>Where the first capability lies from the start of the answer, 0 for none.</summary>
    [FieldOffset(16)]
    internal uint Capabilities;
}
