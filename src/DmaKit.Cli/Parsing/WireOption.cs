using System.CommandLine;

namespace DmaKit.Cli;

/// <summary>The option <c>--wire</c>: where QEMU keeps a file of its own of what left the machine.</summary>
internal static class WireOption
{
    private const string Role = "QEMU's own file";

    /// <summary>Adds it to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="description">What the file is.</param>
    /// <param name="output">The verb's own output, which it must not be.</param>
    internal static Option<string?> AddTo(Command command, string description, Option<string> output)
    {
        var wire = new Option<string?>("--wire") { Description = $"{description} A file that exists is replaced.", HelpName = "FILE" };
        wire.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.GetValue(output) is { } other && IsSame(result.Tokens[0].Value, other)) result.AddError($"--wire and {output.Name} are the same file");
        });
        command.Options.Add(wire);
        return wire;
    }

    /// <summary>QEMU writes over the file, so that it must be none of what is read.</summary>
    /// <param name="wire">The file.</param>
    /// <param name="inputs">What is read.</param>
    /// <param name="role">What an input is, such as <c>capture</c>.</param>
    internal static void Check(string wire, IEnumerable<string> inputs, string role)
    {
        PathCheck.Creatable(wire, Role);
        using OutputClaim claim = OutputClaim.Take(wire, Role);
        foreach (string input in inputs)
        {
            if (!PathCheck.IsStandardStream(input) && File.Exists(input)) claim.OpenInput(input, role).Dispose();
        }
    }

    private static bool IsSame(string one, string other) => one.Length > 0 && other.Length > 0 && Path.GetFullPath(one) == Path.GetFullPath(other);
}
