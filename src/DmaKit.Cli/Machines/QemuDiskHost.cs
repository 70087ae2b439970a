using DmaKit.Devices;
using DmaKit.Platforms;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>QEMU's machine with QEMU's adapter.</summary>
internal sealed class QemuDiskHost : DiskHost
{
    private const string Address = "0000:00:03.0";

    private readonly QemuPlatform _platform;
    private readonly IReadOnlyList<DiskMedium> _media;
    private readonly PortCounter _counter;

    private QemuDiskHost(QemuPlatform platform, IReadOnlyList<DiskMedium> media, PortCounter counter)
    {
        _platform = platform;
        _media = media;
        _counter = counter;
    }

    internal override DmaPlatform Platform => _platform;

    internal override string AdapterAddress => Address;

    internal override DeviceCounters Device => _counter.Counters;

    internal override long IommuMaps => _platform.IommuMaps;

    internal override long FreeBytes => _platform.FreeBytes;

    internal static async Task<QemuDiskHost> OpenAsync(MachineSettings settings, IReadOnlyList<DiskMedium> media, CancellationToken cancellationToken)
    {
        try
        {
            QemuPlatform platform = await QemuMachines.StartAsync(
                settings,
                options => options with
                {
                    Drives = [.. media.Select((m, n) => m.MakeDrive($"d{n}"))],
                    Devices = ["mptsas1068,id=mpt0,addr=3", .. media.Select((_, n) => $"scsi-hd,drive=d{n},bus=mpt0.0,scsi-id={n},serial=DISK{n}")],
                },
                cancellationToken).ConfigureAwait(false);
            var counter = new PortCounter();
            platform.AddObserver(counter);
            return new QemuDiskHost(platform, media, counter);
        }
        catch
        {
            foreach (DiskMedium medium in media) medium.Dispose();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync().ConfigureAwait(false);
        foreach (DiskMedium medium in _media) medium.Dispose();
    }
}
