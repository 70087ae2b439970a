using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Answer to GROUP_GET_STATUS.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct GroupStatus
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 the group is viable, 2 it is in a container.</summary>
    [FieldOffset(4)]
    internal uint Flags;
}
