using System.CommandLine;
using System.CommandLine.Parsing;

namespace DmaKit.Cli;

/// <summary>The option <c>--platform</c>, which every verb with a machine has.</summary>
internal sealed class PlatformOption
{
    private static readonly (string Name, PlatformKind Kind)[] Kinds =
        [("emulated", PlatformKind.Emulated), ("qemu", PlatformKind.Qemu), ("qemu+vtd", PlatformKind.QemuVtd)];

    private readonly Option<string> _option = new("--platform")
    {
        Description = "Whose devices: of the machine in this process, QEMU's, or QEMU's behind an IOMMU.",
        HelpName = string.Join('|', Kinds.Select(k => k.Name)),
        DefaultValueFactory = _ => Kinds[0].Name,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!Array.Exists(Kinds, k => k.Name == text)) result.AddError($"--platform is '{text}'; legal: {string.Join(", ", Kinds.Select(k => k.Name))}");
            return text;
        },
    };

    internal PlatformOption(Command command) => command.Options.Add(_option);

    internal PlatformKind Read(ParseResult parsed) => Array.Find(Kinds, k => k.Name == parsed.GetValue(_option)).Kind;

    /// <summary>Whether the command line asks for one of QEMU's. While it is checked an option that was not given has no value yet.</summary>
    internal bool IsQemu(CommandResult result) => result.GetResult(_option) is { Implicit: false } && result.GetValue(_option) != Kinds[0].Name;

    /// <summary>Refuses an option that only the emulated machine has.</summary>
    /// <param name="option">The option.</param>
    internal void EmulatedOnly(Option option) => option.Validators.Add(result =>
    {
        if (!result.Implicit && result.GetValue(_option) != Kinds[0].Name) result.AddError($"{option.Name} is for --platform emulated only");
    });

    /// <summary>Refuses an option that only QEMU has.</summary>
    /// <param name="option">The option.</param>
    internal void QemuOnly(Option option) => option.Validators.Add(result =>
    {
        if (result.GetValue(_option) == Kinds[0].Name) result.AddError($"{option.Name} is for --platform qemu and qemu+vtd only");
    });

    /// <summary>A platform as it is written.</summary>
    internal static string Show(PlatformKind kind) => Array.Find(Kinds, k => k.Kind == kind).Name;
}
