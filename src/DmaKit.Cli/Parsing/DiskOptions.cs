using System.CommandLine;
using System.CommandLine.Parsing;

namespace DmaKit.Cli;

/// <summary>The options that every disk verb has.</summary>
internal sealed class DiskOptions
{
    private const long StandardMemory = 256L << 20;

    private readonly MachineOptions _machine;
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on standard output instead of text." };

    internal DiskOptions(Command command)
    {
        _machine = new MachineOptions(command, StandardMemory, fragmentation: 0, devices: 1);
        command.Options.Add(_json);
    }

    /// <summary>With this machine's own adapter, what names a disk is its number.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="names">What was typed for disks.</param>
    internal void CheckNames(CommandResult result, params string?[] names)
    {
        if (!_machine.IsHardware(result)) return;
        foreach (string? name in names)
            if (name is { Length: > 0 } && !DiskNumber.TryParse(name, out _)) result.AddError($"with --platform vfio a disk is named by its number on the adapter, {DiskNumber.Legal}; '{name}' is none");
    }

    /// <summary>Whether the command line asks for this machine's own adapter.</summary>
    internal bool IsHardware(SymbolResult result) => _machine.IsHardware(result);

    /// <summary>Refuses an option that disks of real hardware have no use for.</summary>
    internal void NotForHardware(Option option) => _machine.NotForHardware(option);

    internal MachineSettings Machine(ParseResult parsed) => _machine.Read(parsed);

    internal bool Json(ParseResult parsed) => parsed.GetValue(_json);

    internal bool IsJson(SymbolResult result) => result.GetValue(_json);

    /// <summary>A size anywhere on a disk.</summary>
    internal static Option<long> Offset() => OptionKinds.Size("--offset", "Where on the disk to start.", 0, 0, long.MaxValue);

    /// <summary>The length of a new image.</summary>
    internal static Option<long?> Create() => OptionKinds.OptionalSize(
        "--create", "Make a new image of this size, such as 512MiB; one that exists is refused.", ImageFile.BlockBytes, 1L << 50, ImageFile.BlockBytes);
}
