using DmaKit.Platforms;

namespace DmaKit.Vfio;

/// <summary>A PCI function of this machine, whoever has it.</summary>
/// <param name="Info">Where it is and what it is.</param>
/// <param name="Driver">The kernel's driver that it is bound to, such as <c>nvme</c> or <c>vfio-pci</c>; null for none.</param>
/// <param name="Group">Its IOMMU group; null where no IOMMU is in use.</param>
public sealed record HostFunction(PciFunctionInfo Info, string? Driver, int? Group)
{
    /// <summary>The file of its own that iommufd opens it by, such as <c>/dev/vfio/devices/vfio0</c>; null where the kernel has none for it.</summary>
    public string? DeviceFile { get; init; }

    /// <summary>The file of its line, such as <c>/dev/uio0</c>, where it is bound to uio_pci_generic; null otherwise.</summary>
    public string? UioFile { get; init; }

    /// <summary>Whether its group is one of VFIO's no-IOMMU mode: nothing is between the function and the machine's memory.</summary>
    public bool WithoutIommu { get; init; }

    /// <summary>Whether a program may open it, safely: it is bound to vfio-pci and in a group that an IOMMU keeps.</summary>
    public bool IsReady => Driver == HostBus.VfioDriver && Group is not null && !WithoutIommu;

    /// <summary>By which back end without an IOMMU a program could open it that asks for that; null where it cannot.</summary>
    public VfioBackEnd? UnsafeBackEnd => Suits(VfioBackEnd.UnsafeNoIommu) ? VfioBackEnd.UnsafeNoIommu : Suits(VfioBackEnd.UnsafeUio) ? VfioBackEnd.UnsafeUio : null;

    /// <summary>Whether it can be opened by a back end.</summary>
    internal bool Suits(VfioBackEnd backEnd) => backEnd switch
    {
        VfioBackEnd.UnsafeNoIommu => Driver == HostBus.VfioDriver && WithoutIommu,
        VfioBackEnd.UnsafeUio => UioFile is not null,
        _ => IsReady,
    };
}
