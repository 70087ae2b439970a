using System.CommandLine;
using System.CommandLine.Parsing;

namespace DmaKit.Cli;

/// <summary>The option <c>--platform</c>, which every verb with a machine has.</summary>
internal sealed class PlatformOption
{
    private static readonly (string Name, PlatformKind Kind)[] Kinds =
        [("emulated", PlatformKind.Emulated), ("qemu", PlatformKind.Qemu), ("qemu+vtd", PlatformKind.QemuVtd), ("vfio", PlatformKind.Vfio)];

    // Those that the tool makes for itself.
    private static readonly (string Name, PlatformKind Kind)[] Made = Kinds[..3];

    private const string Whose = "Whose devices: of the machine in this process, QEMU's, or QEMU's behind an IOMMU.";

    private readonly Option<string?> _option;
    private readonly (string Name, PlatformKind Kind)[] _kinds;

    /// <summary>Adds the option to a command.</summary>
    /// <param name="command">The command.</param>
    internal PlatformOption(Command command)
        : this(command, Made, Whose, Kinds[0].Name)
    {
    }

    private PlatformOption(Command command, (string Name, PlatformKind Kind)[] kinds, string description, string? standard)
    {
        _kinds = kinds;
        _option = new Option<string?>("--platform")
        {
            Description = description,
            HelpName = string.Join('|', kinds.Select(k => k.Name)),
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!Array.Exists(kinds, k => k.Name == text)) result.AddError($"--platform is '{text}'; legal: {string.Join(", ", kinds.Select(k => k.Name))}");
                return text;
            },
        };
        if (standard is not null) _option.DefaultValueFactory = _ => standard;
        command.Options.Add(_option);
    }

    /// <summary>Adds it to a command that looks at all platforms when none is named.</summary>
    internal static PlatformOption AddOptional(Command command) => new(command, Kinds, "Only this platform. Default: all.", standard: null);

    /// <summary>Adds it to a command that shows what there is, this machine's own devices too.</summary>
    internal static PlatformOption AddWithHardware(Command command) =>
        new(command, Kinds, "Whose devices: of the machine in this process, QEMU's, QEMU's behind an IOMMU, or this machine's own.", Kinds[0].Name);

    /// <summary>Adds it to a command that cannot do what it does on QEMU.</summary>
    /// <param name="command">The command.</param>
    /// <param name="why">Why not, and what else there is.</param>
    internal static void AddEmulatedOnly(Command command, string why)
    {
        PlatformOption platform = new(command, Made, "The machine in this process; this verb has no other.", Kinds[0].Name);
        platform._option.Validators.Add(result =>
        {
            if (platform.IsQemu(result)) result.AddError($"--platform {platform.Word(result)} is not for this verb: {why}");
        });
    }

    internal PlatformKind Read(ParseResult parsed) => Array.Find(Kinds, k => k.Name == parsed.GetValue(_option)).Kind;

    /// <summary>The platforms that were asked for: one, or all.</summary>
    internal IEnumerable<PlatformKind> ReadAll(ParseResult parsed) => parsed.GetValue(_option) is null ? _kinds.Select(k => k.Kind) : [Read(parsed)];

    /// <summary>Whether the command line asks for one of QEMU's.</summary>
    internal bool IsQemu(SymbolResult result) => Made[1..].Any(k => k.Name == Word(result));

    /// <summary>Refuses an option that only the emulated machine has.</summary>
    /// <param name="option">The option.</param>
    internal void EmulatedOnly(Option option) => option.Validators.Add(result =>
    {
        if (!result.Implicit && IsQemu(result)) result.AddError($"{option.Name} is for --platform emulated only");
    });

    /// <summary>Refuses an option that only QEMU has.</summary>
    /// <param name="option">The option.</param>
    internal void QemuOnly(Option option) => option.Validators.Add(result =>
    {
        if (!IsQemu(result)) result.AddError($"{option.Name} is for --platform qemu and qemu+vtd only");
    });

    /// <summary>A platform as it is written.</summary>
    internal static string Show(PlatformKind kind) => Array.Find(Kinds, k => k.Kind == kind).Name;

    // What was typed, whether it makes sense or not: a value that does not is told on its own.
    private string? Word(SymbolResult result) => result.GetResult(_option) is { Tokens: [var token] } ? token.Value : null;
}
