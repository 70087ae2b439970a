namespace DmaKit.Qemu.Tests;

public sealed class EmulatedFusionMptTests : FusionMptSuite
{
    protected override ValueTask<DiskStand> StartAsync(DiskSetup setup) => new(new EmulatedDiskStand(setup));
}

public sealed class QemuFusionMptTests : FusionMptSuite
{
    protected override async ValueTask<DiskStand> StartAsync(DiskSetup setup) => await QemuDiskStand.StartAsync(setup, iommu: false);
}

public sealed class QemuVtdFusionMptTests : FusionMptSuite
{
    protected override async ValueTask<DiskStand> StartAsync(DiskSetup setup) => await QemuDiskStand.StartAsync(setup, iommu: true);
}
