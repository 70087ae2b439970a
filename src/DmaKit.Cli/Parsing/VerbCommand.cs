using System.CommandLine;

namespace DmaKit.Cli;

/// <summary>A verb of the tool: one sentence, options, and examples for the end of its help.</summary>
/// <param name="name">The word that names it.</param>
/// <param name="sentence">What it does, in one sentence.</param>
internal sealed class VerbCommand(string name, string sentence) : Command(name, sentence)
{
    /// <summary>Command lines that can be typed as they stand.</summary>
    internal IReadOnlyList<string> Examples { get; init; } = [];
}
