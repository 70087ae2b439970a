namespace DmaKit.Cli;

/// <summary>What the tool says in one line before it ends.</summary>
/// <param name="message">One line for people, without the tool's name.</param>
/// <param name="exitCode">How the tool ends; see <see cref="ExitCode"/>.</param>
/// <param name="inner">What it came from.</param>
internal sealed class ToolException(string message, int exitCode = DmaKit.Cli.ExitCode.Failed, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How the tool ends.</summary>
    internal int ExitCode { get; } = exitCode;
}
