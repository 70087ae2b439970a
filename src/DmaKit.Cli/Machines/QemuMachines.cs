using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>QEMU machines as the options of the tool describe them.</summary>
internal static class QemuMachines
{
    private const long MiB = 1L << 20;

    /// <summary>Starts one.</summary>
    /// <param name="settings">What it is like.</param>
    /// <param name="equip">Adds devices.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static Task<QemuPlatform> StartAsync(
        MachineSettings settings, Func<QemuPlatformOptions, QemuPlatformOptions> equip, CancellationToken cancellationToken)
    {
        QemuPlatformOptions options;
        try
        {
            options = new QemuPlatformOptions
            {
                MemoryBytes = settings.MemoryBytes,
                LowMemoryBytes = settings.Above4G ? settings.LowHalf(granule: MiB, least: 8 * MiB) : null,
                SystemBuffersAbove4G = settings.Above4G,
                Fragmentation = settings.Fragmentation,
                Seed = settings.Seed,
                Iommu = settings.Iommu || settings.Platform == PlatformKind.QemuVtd,
            };
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == nameof(QemuPlatformOptions.MemoryBytes))
        {
            throw new ToolException($"--memory is {SizeText.Show(settings.MemoryBytes)}; legal on QEMU: 16MiB to 64GiB, a multiple of 1MiB", ExitCode.WrongUsage, e);
        }

        return QemuPlatform.StartAsync(equip(options), cancellationToken);
    }
}
