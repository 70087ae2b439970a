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

    /// <summary>Whether a program may open it: it is bound to vfio-pci and in a group.</summary>
    public bool IsReady => Driver == HostBus.VfioDriver && Group is not null;
}
