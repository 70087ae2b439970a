namespace DmaKit.Cli;

/// <summary>Whose devices a verb runs on.</summary>
internal enum PlatformKind
{
    /// <summary>The machine inside this process.</summary>
    Emulated,

    /// <summary>QEMU's devices.</summary>
    Qemu,

    /// <summary>QEMU's devices behind its VT-d IOMMU.</summary>
    QemuVtd,

    /// <summary>The devices of the machine that the tool runs on.</summary>
    Vfio,
}
