namespace DmaKit.Qemu.Tests;

public sealed class EmulatedEs1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override ValueTask<SoundStand> StartAsync(double rate, bool captures = false) => new(new EmulatedSoundStand());
}

public sealed class QemuEs1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override async ValueTask<SoundStand> StartAsync(double rate, bool captures = false) => await QemuSoundStand.StartAsync(rate, captures, iommu: false);
}

public sealed class QemuVtdEs1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override async ValueTask<SoundStand> StartAsync(double rate, bool captures = false) => await QemuSoundStand.StartAsync(rate, captures, iommu: true);
}
