using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>The machine that a verb runs its devices on, and how it is driven.</summary>
internal sealed record MachineSettings
{
    /// <summary>Whose devices it has.</summary>
    internal PlatformKind Platform { get; init; }

    /// <summary>The addresses of this machine's own devices that are driven.</summary>
    internal IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Whether these are this machine's own devices.</summary>
    internal bool IsHardware => Platform == PlatformKind.Vfio;

    /// <summary>Commands in flight that are asked for, 1 to 128.</summary>
    internal int QueueDepth { get; init; } = 32;

    /// <summary>The machine's memory in bytes.</summary>
    internal long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>How fragmented that memory is, 0 to 1.</summary>
    internal double Fragmentation { get; init; }

    /// <summary>Whether an IOMMU translates.</summary>
    internal bool Iommu { get; init; }

    /// <summary>Whether data buffers are managed arrays, which devices never reach, instead of the machine's memory.</summary>
    internal bool Managed { get; init; }

    /// <summary>Whether the machine's buffers lie above 4 GiB.</summary>
    internal bool Above4G { get; init; }

    /// <summary>Whether, with an IOMMU, all devices are in one address space.</summary>
    internal bool OneDomain { get; init; }

    /// <summary>Where fragments lie, and what random data is.</summary>
    internal int Seed { get; init; } = 1;

    /// <summary>How long the disk takes for each access to its image.</summary>
    internal TimeSpan DiskLatency { get; init; }

    /// <summary>Is given the machine before any of its functions is opened, to attach a verifier; null when nobody watches.</summary>
    internal Action<DmaPlatform>? Watch { get; init; }

    /// <summary>The machine as the emulated platform wants to know it.</summary>
    internal EmulatedPlatformOptions ToPlatform() => new()
    {
        MemoryBytes = MemoryBytes,
        LowMemoryBytes = Above4G ? LowHalf(granule: 4096, least: 1L << 20) : null,
        SystemBuffersAbove4G = Above4G,
        Fragmentation = Fragmentation,
        Seed = Seed,
        Iommu = Iommu,
        SeparateDomains = !OneDomain,
    };

    /// <summary>Half of the memory: it stays below 4 GiB, for packets and map registers.</summary>
    /// <param name="granule">What it must be a multiple of, in bytes.</param>
    /// <param name="least">The least that the machine takes.</param>
    internal long LowHalf(long granule, long least)
    {
        const long most = 2L << 30;
        return Math.Clamp(MemoryBytes / 2 & -granule, least, Math.Min(most, MemoryBytes));
    }
}
