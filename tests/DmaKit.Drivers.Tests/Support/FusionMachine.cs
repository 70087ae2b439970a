using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>A machine with one Fusion MPT adapter and its disks.</summary>
internal sealed class FusionMachine : IAsyncDisposable
{
    public FusionMachine(
        EmulatedPlatformOptions options, int disks = 1, long diskBytes = 4 << 20, FusionMptOptions? adapter = null,
        Func<DeviceModel, DeviceModel>? wrap = null, Func<int, DiskImage>? image = null)
    {
        Platform = new EmulatedPlatform(options);
        Images = [.. Enumerable.Range(0, disks).Select(i => image?.Invoke(i) ?? new MemoryDiskImage(diskBytes))];
        Adapter = new FusionMptAdapter([.. Images.Select((image, i) => new Devices.ScsiDisk(image, new ScsiDiskOptions { Serial = $"disk{i}" }))], adapter);
        Address = Platform.Add(wrap is null ? Adapter : wrap(Adapter));
    }

    public static EmulatedPlatformOptions Stepped { get; } = new() { Stepped = true };

    public EmulatedPlatform Platform { get; }

    public IReadOnlyList<DiskImage> Images { get; }

    public FusionMptAdapter Adapter { get; }

    public string Address { get; }

    /// <summary>Opens the function and starts the driver on it, runs the test, and closes both.</summary>
    public void Run(Func<FusionMptDriver, Task> test, FusionMptDriverOptions? options = null) => Platform.Run(() => RunAsync(test, options));

    public async Task RunAsync(Func<FusionMptDriver, Task> test, FusionMptDriverOptions? options = null)
    {
        await using PciFunction function = await Platform.OpenAsync(Address);
        await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function, options);
        await test(driver);
    }

    /// <summary>Fails when anything was reported that a test did not expect, or memory is still kept for a device's sake.</summary>
    public void AssertClean(params string[] expectedRules)
    {
        Assert.All(Platform.Misuse.Reports, r => Assert.Contains(r.Rule, expectedRules));
    }

    public byte[] BytesOn(int disk, long offset, int length)
    {
        var bytes = new byte[length];
        Images[disk].Read(offset, bytes);
        return bytes;
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
