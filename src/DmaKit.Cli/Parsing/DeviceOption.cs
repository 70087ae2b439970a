using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DmaKit.Cli;

/// <summary>The option <c>--device</c>: which of this machine's own devices a verb drives.</summary>
internal sealed partial class DeviceOption
{
    private const string Name = "--device";

    private readonly Option<string[]> _option = new(Name) { HelpName = "ADDRESS", Arity = ArgumentArity.OneOrMore };

    /// <summary>Adds the option to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="platform">Its platform.</param>
    /// <param name="count">How many devices it drives.</param>
    internal DeviceOption(Command command, PlatformOption platform, int count)
    {
        _option.Description = count == 1
            ? "The address of the device with --platform vfio, such as 0000:03:00.0."
            : $"The address of a device with --platform vfio, such as 0000:03:00.0; given {count} times.";
        _option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!Address().IsMatch(token.Value)) result.AddError($"{Name} is '{token.Value}'; legal: an address such as 0000:03:00.0 (dmakit devices --platform vfio shows them)");
            if (result.Tokens.Select(t => t.Value).Distinct(StringComparer.OrdinalIgnoreCase).Count() < result.Tokens.Count) result.AddError($"{Name} names the same device twice");
        });
        command.Options.Add(_option);
        command.Validators.Add(result =>
        {
            int given = result.GetResult(_option) is { Implicit: false } devices ? devices.Tokens.Count : 0;
            if (!platform.IsHardware(result))
            {
                if (given > 0) result.AddError($"{Name} is for --platform vfio only");
            }
            else if (given != count)
            {
                result.AddError($"--platform vfio needs {(count == 1 ? Name : $"{count} times {Name}")}, such as {Name} 0000:03:00.0; 'dmakit devices --platform vfio' shows what there is");
            }
        });
    }

    internal IReadOnlyList<string> Read(ParseResult parsed) => [.. (parsed.GetValue(_option) ?? []).Select(a => a.ToLowerInvariant())];

    [GeneratedRegex("^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
