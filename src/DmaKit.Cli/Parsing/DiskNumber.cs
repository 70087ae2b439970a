using System.Globalization;

namespace DmaKit.Cli;

/// <summary>A disk of this machine's own adapter, by its number there: a SCSI target.</summary>
internal static class DiskNumber
{
    internal const string Legal = "0 to 127";

    private const int Most = 127;

    internal static bool TryParse(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= Most;

    /// <summary>The number that was typed; checked while the command line was read.</summary>
    internal static int Of(string text) => TryParse(text, out int number) ? number : throw new ToolException($"'{text}' is no number of a disk; legal: {Legal}", ExitCode.WrongUsage);
}
