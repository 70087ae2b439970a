using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

public sealed class EmulatedEduTests : EduSuite
{
    protected override ValueTask<DmaPlatform> StartAsync()
    {
        var machine = new EmulatedPlatform();
        machine.Add(new EduDevice());
        return new ValueTask<DmaPlatform>(machine);
    }
}

public sealed class QemuEduTests : EduSuite
{
    protected override async ValueTask<DmaPlatform> StartAsync() => await QemuMachine.StartAsync(new() { Devices = ["edu"] });
}

public sealed class QemuVtdEduTests : EduSuite
{
    protected override async ValueTask<DmaPlatform> StartAsync() =>
        await QemuMachine.StartAsync(new() { Devices = ["edu"], Iommu = true, Fragmentation = 0.9, Seed = 2 });
}
