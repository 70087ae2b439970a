using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>A machine with one Fusion MPT adapter and its disks, and a look at the disks' bytes that goes past the machine.</summary>
public abstract class DiskStand : IAsyncDisposable
{
    protected const long MemoryBytes = 256L << 20, LowMemoryBytes = 128L << 20;

    protected const int Seed = 5;

    /// <summary>The machine.</summary>
    public abstract DmaPlatform Platform { get; }

    /// <summary>Whether memory of the machine lies above 4 GiB where that was asked for.</summary>
    public virtual bool HasHighMemory => true;

    /// <summary>What is on a disk.</summary>
    public abstract byte[] BytesOn(int disk, long offset, int length);

    /// <summary>Opens the adapter and starts the driver on it, runs the test, and closes both.</summary>
    public async Task RunAsync(Func<FusionMptDriver, Task> test, FusionMptDriverOptions? options = null)
    {
        PciFunctionInfo info = Platform.Functions.Single(f => f is { VendorId: 0x1000, DeviceId: 0x0054 });
        await using PciFunction function = await Platform.OpenAsync(info.Address);
        await using FusionMptDriver driver = await FusionMptDriver.StartAsync(function, options);
        await test(driver).WaitAsync(TimeSpan.FromSeconds(60));
    }

    public abstract ValueTask DisposeAsync();
}
