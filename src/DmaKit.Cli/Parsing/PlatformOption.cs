using System.CommandLine;
using System.CommandLine.Parsing;

namespace DmaKit.Cli;

/// <summary>The option <c>--platform</c>, which every verb with a machine has.</summary>
internal sealed class PlatformOption
{
    private static readonly (string Name, PlatformKind Kind)[] Kinds =
        [("emulated", PlatformKind.Emulated), ("qemu", PlatformKind.Qemu), ("qemu+vtd", PlatformKind.QemuVtd), ("vfio", PlatformKind.Vfio)];

    private const string Whose = "Whose devices: of the machine in this process, QEMU's, QEMU's behind an IOMMU, or this machine's own.";

    private readonly Option<string?> _option;
    private readonly (string Name, PlatformKind Kind)[] _kinds;

    /// <summary>Adds the option to a command.</summary>
    /// <param name="command">The command.</param>
    internal PlatformOption(Command command)
        : this(command, Kinds, Whose, Kinds[0].Name)
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
    internal static PlatformOption AddWithHardware(Command command) => new(command);

    /// <summary>Adds it to a command that can do what it does on the emulated machine only.</summary>
    /// <param name="command">The command.</param>
    /// <param name="why">Why not, and what else there is.</param>
    internal static void AddEmulatedOnly(Command command, string why)
    {
        PlatformOption platform = new(command, Kinds, "The machine in this process; this verb has no other.", Kinds[0].Name);
        platform._option.Validators.Add(result =>
        {
            if (platform.IsOther(result)) result.AddError($"--platform {platform.Word(result)} is not for this verb: {why}");
        });
    }

    internal PlatformKind Read(ParseResult parsed) => Array.Find(Kinds, k => k.Name == parsed.GetValue(_option)).Kind;

    /// <summary>The platforms that were asked for: one, or all.</summary>
    internal IEnumerable<PlatformKind> ReadAll(ParseResult parsed) => parsed.GetValue(_option) is null ? _kinds.Select(k => k.Kind) : [Read(parsed)];

    /// <summary>Whether the command line asks for one of QEMU's.</summary>
    internal bool IsQemu(SymbolResult result) => Kinds.Any(k => k.Kind is PlatformKind.Qemu or PlatformKind.QemuVtd && k.Name == Word(result));

    /// <summary>Whether the command line asks for this machine's own devices.</summary>
    internal bool IsHardware(SymbolResult result) => Word(result) == Show(PlatformKind.Vfio);

    /// <summary>Refuses this machine's own devices.</summary>
    /// <param name="why">Why, and what else there is.</param>
    internal void NotHardware(string why) => _option.Validators.Add(result =>
    {
        if (IsHardware(result)) result.AddError($"--platform vfio is not for this verb: {why}");
    });

    /// <summary>Refuses an option that real hardware has no use for.</summary>
    /// <param name="option">The option.</param>
    internal void NotForHardware(Option option) => option.Validators.Add(result =>
    {
        if (!result.Implicit && IsHardware(result)) result.AddError($"{option.Name} is not for --platform vfio: this machine is as it is");
    });

    /// <summary>Refuses an option that only the emulated machine has.</summary>
    /// <param name="option">The option.</param>
    internal void EmulatedOnly(Option option) => option.Validators.Add(result =>
    {
        if (!result.Implicit && IsOther(result)) result.AddError($"{option.Name} is for --platform emulated only");
    });

    /// <summary>Refuses an option that only QEMU has.</summary>
    /// <param name="option">The option.</param>
    internal void QemuOnly(Option option) => option.Validators.Add(result =>
    {
        if (!IsQemu(result)) result.AddError($"{option.Name} is for --platform qemu and qemu+vtd only");
    });

    /// <summary>A platform as it is written.</summary>
    internal static string Show(PlatformKind kind) => Array.Find(Kinds, k => k.Kind == kind).Name;

    // Any other than the emulated one.
    private bool IsOther(SymbolResult result) => Kinds[1..].Any(k => k.Name == Word(result));

    // What was typed, whether it makes sense or not: a value that does not is told on its own.
    private string? Word(SymbolResult result) => result.GetResult(_option) is { Tokens: [var token] } ? token.Value : null;
}
