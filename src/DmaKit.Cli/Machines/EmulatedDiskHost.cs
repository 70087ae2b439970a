using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>The emulated machine with our model of the adapter.</summary>
internal sealed class EmulatedDiskHost : DiskHost
{
    private const string Address = "0000:03:00.0";

    private readonly EmulatedPlatform _platform;
    private readonly WatchedImage[] _images;

    private EmulatedDiskHost(EmulatedPlatform platform, WatchedImage[] images)
    {
        _platform = platform;
        _images = images;
    }

    internal override DmaPlatform Platform => _platform;

    internal override string AdapterAddress => Address;

    internal override DeviceCounters Device => _platform.CountersOf(Address);

    internal override long IommuMaps => _platform.Statistics.IommuMaps;

    internal override long FreeBytes => _platform.Statistics.FreeBytes;

    internal override Exception? ImageFailure => _images.Select(i => i.Failure).FirstOrDefault(f => f is not null);

    internal static EmulatedDiskHost Open(MachineSettings settings, IReadOnlyList<DiskMedium> media)
    {
        WatchedImage[] images = [.. media.Select(m => new WatchedImage(m.MakeModel()))];
        EmulatedPlatform? platform = null;
        try
        {
            platform = new EmulatedPlatform(settings.ToPlatform());
            ScsiDisk[] disks = [.. images.Select((image, n) => new ScsiDisk(image, new ScsiDiskOptions { Serial = $"DISK{n}" }))];
            platform.Add(new FusionMptAdapter(disks, new FusionMptOptions { CommandDelay = settings.DiskLatency }), Address);
            return new EmulatedDiskHost(platform, images);
        }
        catch
        {
            foreach (WatchedImage image in images) image.Dispose();
            platform?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    public override ValueTask DisposeAsync() => _platform.DisposeAsync();
}
