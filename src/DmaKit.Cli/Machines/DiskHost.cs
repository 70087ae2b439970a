using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>A machine with one SCSI adapter and its disks, whoever makes it. Closing it closes the disks.</summary>
internal abstract class DiskHost : IAsyncDisposable
{
    /// <summary>The machine.</summary>
    internal abstract DmaPlatform Platform { get; }

    /// <summary>Where the adapter is.</summary>
    internal abstract string AdapterAddress { get; }

    /// <summary>What the device did: counted by the device where its model is ours, else at the port.</summary>
    internal abstract DeviceCounters Device { get; }

    /// <summary>How often something was mapped in the IOMMU.</summary>
    internal abstract long IommuMaps { get; }

    /// <summary>Memory of the machine that nobody has, in bytes.</summary>
    internal abstract long FreeBytes { get; }

    /// <summary>What an image said first when it failed, where that can be known.</summary>
    internal virtual Exception? ImageFailure => null;

    public abstract ValueTask DisposeAsync();

    /// <summary>Builds the machine that was asked for.</summary>
    /// <param name="settings">What it is like.</param>
    /// <param name="media">The disks; owned by the machine from here on, also when this fails.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<DiskHost> StartAsync(MachineSettings settings, IReadOnlyList<DiskMedium> media, CancellationToken cancellationToken)
    {
        DiskHost host = settings.IsHardware ? new VfioDiskHost(settings)
            : settings.Platform == PlatformKind.Emulated
            ? EmulatedDiskHost.Open(settings, media)
            : await QemuDiskHost.OpenAsync(settings, media, cancellationToken).ConfigureAwait(false);
        settings.Watch?.Invoke(host.Platform);
        return host;
    }
}
