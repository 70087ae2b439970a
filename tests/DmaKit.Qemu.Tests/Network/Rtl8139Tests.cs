namespace DmaKit.Qemu.Tests;

public sealed class EmulatedRtl8139Tests : Rtl8139Suite
{
    protected override ValueTask<NetworkStand> StartAsync(bool above4G = false) => new(new EmulatedNetworkStand(above4G));
}

public sealed class QemuRtl8139Tests : Rtl8139Suite
{
    protected override async ValueTask<NetworkStand> StartAsync(bool above4G = false) => await QemuNetworkStand.StartAsync(iommu: false, above4G);
}

public sealed class QemuVtdRtl8139Tests : Rtl8139Suite
{
    protected override async ValueTask<NetworkStand> StartAsync(bool above4G = false) => await QemuNetworkStand.StartAsync(iommu: true, above4G);
}
