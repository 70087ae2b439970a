using System.CommandLine;
using System.CommandLine.Parsing;

namespace DmaKit.Cli;

/// <summary>The options that every verb with a machine has.</summary>
internal sealed class MachineOptions
{
    private static readonly MachineSettings Standard = new();

    private readonly PlatformOption _platform;
    private readonly DeviceOption? _device;
    private readonly Option<int> _queueDepth;
    private readonly Option<long> _memory;
    private readonly Option<double> _fragmentation;
    private readonly Option<string> _iommu = OptionKinds.OnOff("--iommu", "Whether the machine has an IOMMU that translates.");
    private readonly Option<bool> _managed = new("--managed") { Description = "Data buffers are managed arrays, which bounce through map registers." };
    private readonly Option<bool> _above4G = new("--above-4g") { Description = "Data buffers lie above 4 GiB." };
    private readonly Option<int> _seed = OptionKinds.Number("--seed", "Where fragments lie, and what random data is.", Standard.Seed, 0, int.MaxValue);
    private readonly Option<TimeSpan> _latency = OptionKinds.Time(
        "--disk-latency", "How long the disk takes for each access to its image, such as 5ms.", TimeSpan.Zero, TimeSpan.FromHours(1));

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="memory">The default of the machine's memory.</param>
    /// <param name="fragmentation">The default of its fragmentation.</param>
    /// <param name="network">Whether frames go through the machine, and no disk is in it.</param>
    /// <param name="devices">How many of this machine's own devices the verb can drive; 0 where it cannot.</param>
    /// <param name="notHardware">Why it cannot.</param>
    internal MachineOptions(Command command, long memory, double fragmentation, bool network = false, int devices = 0, string? notHardware = null)
    {
        _queueDepth = network
            ? OptionKinds.Number("--queue-depth", "Frames on their way to a card, 4 to 128.", Standard.QueueDepth, 4, 128)
            : OptionKinds.Number("--queue-depth", "Commands in flight, 1 to 128.", Standard.QueueDepth, 1, 128);
        _memory = OptionKinds.Size("--memory", "Memory of the machine, such as 512MiB.", memory, 8L << 20, 64L << 30, 4096);
        _fragmentation = OptionKinds.Fraction("--fragmentation", "How fragmented that memory is.", fragmentation);
        _platform = new PlatformOption(command);
        _platform.EmulatedOnly(_latency);
        if (devices > 0) _device = new DeviceOption(command, _platform, devices);
        else _platform.NotHardware(notHardware ?? "it makes a machine of its own");
        foreach (Option option in new Option[] { _fragmentation, _iommu, _above4G }) _platform.NotForHardware(option);
        command.Options.Add(_queueDepth);
        command.Options.Add(_memory);
        command.Options.Add(_fragmentation);
        command.Options.Add(_iommu);
        command.Options.Add(_managed);
        command.Options.Add(_above4G);
        command.Options.Add(_seed);
        if (!network) command.Options.Add(_latency);
    }

    /// <summary>Whether the command line asks for this machine's own devices.</summary>
    internal bool IsHardware(SymbolResult result) => _platform.IsHardware(result);

    /// <summary>Refuses an option that real hardware has no use for.</summary>
    internal void NotForHardware(Option option) => _platform.NotForHardware(option);

    /// <summary>Refuses an option that only QEMU has.</summary>
    internal void QemuOnly(Option option) => _platform.QemuOnly(option);

    internal MachineSettings Read(ParseResult parsed) => new()
    {
        Platform = _platform.Read(parsed),
        Devices = _device?.Read(parsed) ?? [],
        QueueDepth = parsed.GetValue(_queueDepth),
        MemoryBytes = parsed.GetValue(_memory),
        Fragmentation = parsed.GetValue(_fragmentation),
        Iommu = parsed.GetValue(_iommu) is "on",
        Managed = parsed.GetValue(_managed),
        Above4G = parsed.GetValue(_above4G),
        Seed = parsed.GetValue(_seed),
        DiskLatency = parsed.GetValue(_latency),
    };
}
