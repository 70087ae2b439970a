using System.Runtime.InteropServices;

namespace DmaKit.Vfio.Native;

/// <summary>Answer to DEVICE_GET_IRQ_INFO.</summary>
/// <remarks>Layout: the kernel's public header linux/vfio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct IrqInfo
{
    /// <summary>The length of this structure in bytes.</summary>
    [FieldOffset(0)]
    internal uint Size;

    /// <summary>1 an eventfd can be set, 2 can be masked, 4 masks itself when raised, 8 cannot be resized.</summary>
    [FieldOffset(4)]
    internal uint Flags;

    /// <summary>Which kind: 0 INTx, 1 MSI, 2 MSI-X, 3 errors, 4 the kernel's request to let go.</summary>
    [FieldOffset(8)]
    internal uint Index;

    /// <summary>How many of the kind there are.</summary>
    [FieldOffset(12)]
    internal uint Count;
}
