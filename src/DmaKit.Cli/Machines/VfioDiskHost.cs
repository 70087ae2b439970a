using System.Globalization;
using DmaKit.Devices;
using DmaKit.Platforms;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary>This machine with an adapter of its own.</summary>
internal sealed class VfioDiskHost : DiskHost
{
    private const int VendorId = 0x1000, StorageClass = 0x01;

    private readonly VfioPlatform _platform;
    private readonly PortCounter _counter = new();
    private readonly long _memoryBytes;

    internal VfioDiskHost(MachineSettings settings)
    {
        _memoryBytes = settings.MemoryBytes;
        AdapterAddress = settings.Devices[0];
        _platform = HardwareMachine.Open(settings.Devices, settings.MemoryBytes);
        _platform.AddObserver(_counter);
        PciFunctionInfo info = _platform.Functions[0];
        if (info.VendorId == VendorId && info.ClassCode >> 16 == StorageClass) return;

        // Its registers are not touched.
        _platform.DisposeAsync().AsTask().GetAwaiter().GetResult();
        throw new ToolException(string.Create(
            CultureInfo.InvariantCulture, $"{info.Address} is {info.VendorId:x4}:{info.DeviceId:x4} ({info.Description}), and no Fusion MPT adapter such as 1000:0054, which is what the disk verbs have a driver for"));
    }

    internal override DmaPlatform Platform => _platform;

    internal override string AdapterAddress { get; }

    internal override DeviceCounters Device => _counter.Counters;

    internal override long IommuMaps => _platform.IommuMaps;

    // Of what the tool may have. How much of it can be locked the kernel says when it is asked.
    internal override long FreeBytes => _memoryBytes;

    public override ValueTask DisposeAsync() => _platform.DisposeAsync();
}
