using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>A machine with one Fusion MPT adapter and its disks.</summary>
internal sealed class FusionMachine : IAsyncDisposable
{
    public FusionMachine(EmulatedPlatformOptions options, int disks = 1, long diskBytes = 4 << 20, FusionMptOptions? adapter = null)
    {
        Platform = new EmulatedPlatform(options);
        Images = [.. Enumerable.Range(0, disks).Select(_ => new MemoryDiskImage(diskBytes))];
        Adapter = new FusionMptAdapter([.. Images.Select(image => new Devices.ScsiDisk(image))], adapter);
        Address = Platform.Add(Adapter);
    }

    public EmulatedPlatform Platform { get; }

    public IReadOnlyList<MemoryDiskImage> Images { get; }

    public FusionMptAdapter Adapter { get; }

    public string Address { get; }

    public static EmulatedPlatformOptions Stepped { get; } = new() { Stepped = true };

    /// <summary>Opens the function and starts the driver on it, runs the test, and closes both.</summary>
    public void Run(Func<FusionMptDriver, Task> test, FusionMptDriverOptions? options = null) => Platform.Run(() => RunAsync(test, options));

    public async Task RunAsync(Func<FusionMptDriver, Task> test, FusionMptDriverOptions? options = null)
    {
        PciFunction function = await Platform.OpenAsync(Address);
        FusionMptDriver driver = await FusionMptDriver.StartAsync(function, options);
        await test(driver);
        await driver.DisposeAsync();
        await function.DisposeAsync();
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
