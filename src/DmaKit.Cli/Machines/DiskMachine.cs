using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>A machine with one SCSI adapter and its disks, and the driver that runs them.</summary>
internal sealed class DiskMachine : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly DiskHost _host;
    private readonly IReadOnlyList<int> _targets;

    private DiskMachine(DiskHost host, PciFunction function, FusionMptDriver driver, IReadOnlyList<int> targets, MachineSettings settings)
    {
        _host = host;
        Function = function;
        Driver = driver;
        Settings = settings;
        _targets = targets;
    }

    /// <summary>The machine.</summary>
    internal DmaPlatform Platform => _host.Platform;

    /// <summary>Memory of the machine that nobody has, in bytes.</summary>
    internal long FreeBytes => _host.FreeBytes;

    /// <summary>The open adapter.</summary>
    internal PciFunction Function { get; }

    /// <summary>Its driver.</summary>
    internal FusionMptDriver Driver { get; }

    /// <summary>What was asked for.</summary>
    internal MachineSettings Settings { get; }

    /// <summary>The disks, in the order of their images.</summary>
    internal IReadOnlyList<BlockDevice> Disks { get; private set; } = [];

    /// <summary>What the run has cost so far.</summary>
    internal DiskCounters Counters
    {
        get
        {
            DeviceCounters device = _host.Device;
            MappingStatistics mappings = Function.Domain.Mappings;
            return new DiskCounters(
                device.Commands, device.Doorbells, device.Interrupts, mappings.DirectBytes, mappings.BouncedBytes, mappings.CoalescedBytes,
                mappings.RegistersHighWater, _host.IommuMaps, Driver.QueueDepth);
        }
    }

    /// <summary>Builds the machine and starts the driver.</summary>
    /// <param name="settings">What the machine is like.</param>
    /// <param name="media">The disks' bytes; owned by the machine from here on, also when this fails.</param>
    /// <param name="notice">Is told what worked differently from what was asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="targets">Which disks of the adapter are used; null for those of the media.</param>
    internal static async Task<DiskMachine> StartAsync(
        MachineSettings settings, IReadOnlyList<DiskMedium> media, Action<string> notice, CancellationToken cancellationToken, IReadOnlyList<int>? targets = null)
    {
        DiskHost host = await DiskHost.StartAsync(settings, media, cancellationToken).ConfigureAwait(false);
        try
        {
            PciFunction function = await host.Platform.OpenAsync(host.AdapterAddress, cancellationToken).ConfigureAwait(false);
            FusionMptDriver driver = await FusionMptDriver.StartAsync(
                function,
                new FusionMptDriverOptions { QueueDepth = settings.QueueDepth, CommandTimeout = Patience + settings.DiskLatency },
                cancellationToken).ConfigureAwait(false);
            foreach (string text in driver.Notices) notice(text);
            return new DiskMachine(host, function, driver, targets ?? [.. Enumerable.Range(0, media.Count)], settings);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Opens the disks. The first bytes that bounce take memory for map registers, as much as they may have: on a small machine,
    /// whoever needs memory too takes it before.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task OpenDisksAsync(CancellationToken cancellationToken)
    {
        var disks = new BlockDevice[_targets.Count];
        for (int disk = 0; disk < disks.Length; disk++)
            disks[disk] = await Driver.OpenDiskAsync(_targets[disk], cancellationToken).ConfigureAwait(false);
        Disks = disks;
    }

    /// <summary>Ordinary memory of the machine, or a managed array: what requests read and write.</summary>
    /// <param name="length">The length in bytes.</param>
    /// <param name="owner">Gives it back; null for a managed array.</param>
    internal Memory<byte> AllocateData(int length, out IDisposable? owner)
    {
        if (Settings.Managed)
        {
            owner = null;
            return GC.AllocateUninitializedArray<byte>(length);
        }

        SystemBuffer buffer = Platform.AllocateSystemBuffer(length);
        owner = buffer;
        return buffer.Memory();
    }

    /// <summary>The line for a failure of a disk, with what its image said if that is the reason.</summary>
    internal ToolException Explain(BlockDeviceException failure)
    {
        Exception? image = _host.ImageFailure;
        string why = image is null ? "" : $" (the disk image: {ErrorText.Reason(image)})";
        return new ToolException($"{HelpText.LowerFirst(ErrorText.Of(failure))}{why}", ExitCode.Failed, failure);
    }

    public async ValueTask DisposeAsync()
    {
        await Driver.DisposeAsync().ConfigureAwait(false);
        await Function.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }
}
