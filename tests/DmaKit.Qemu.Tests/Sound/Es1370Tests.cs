namespace DmaKit.Qemu.Tests;

public sealed class EmulatedEs1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override ValueTask<SoundStand> StartAsync(double rate, byte[]? hears = null) => new(new EmulatedSoundStand(hears));
}

public sealed class QemuEs1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override async ValueTask<SoundStand> StartAsync(double rate, byte[]? hears = null) => await QemuSoundStand.StartAsync(rate, hears, iommu: false);
}

public sealed class QemuVtdEs1370Tests(ITestOutputHelper output) : Es1370Suite(output)
{
    protected override async ValueTask<SoundStand> StartAsync(double rate, byte[]? hears = null) => await QemuSoundStand.StartAsync(rate, hears, iommu: true);
}
