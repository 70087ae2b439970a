using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>uio_pci_generic: no IOMMU, no container; all functions live in the one space of physical addresses.</summary>
internal sealed class UioBackEnd(DmaDomain physical) : BackEnd
{
    internal override (DeviceFile Device, DmaDomain Domain) Open(HostFunction function)
    {
        string address = function.Info.Address;

        // Where an IOMMU translates for the kernel, a physical address leads nowhere, or to what the kernel mapped for somebody else.
        if (function.Group is { } group && HostBus.TypeOf(group) is { } type && type != "identity")
        {
            throw new DmaException(
                $"{address} is behind an IOMMU that translates (IOMMU group {group}, {type}), so that it does not reach physical addresses. Bind it to {HostBus.VfioDriver}, which needs nothing unsafe: dmakit bind {address}; "
                + $"or, while it is bound to no driver, as root: echo identity > /sys/kernel/iommu_groups/{group}/type");
        }

        return (UioDeviceFile.Open(address, function.UioFile!), physical);
    }

    public override void Dispose()
    {
    }
}
