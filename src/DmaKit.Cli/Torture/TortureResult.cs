namespace DmaKit.Cli;

/// <summary>What became of one plan.</summary>
/// <param name="Seed">The plan's seed.</param>
/// <param name="Text">What it was: work, machine, faults.</param>
/// <param name="Faults">What went wrong, a sentence a line.</param>
/// <param name="Requests">Requests that were begun.</param>
/// <param name="Hung">Requests that did not end.</param>
/// <param name="Lost">Requests that ended neither with right data nor with an error that a fault explains, and things that never came back.</param>
/// <param name="Reused">How often memory was used again while a device could still write it.</param>
/// <param name="Struck">How often a fault struck.</param>
/// <param name="Findings">What was found, as sentences.</param>
internal sealed record TortureResult(int Seed, string Text, string Faults, long Requests, long Hung, long Lost, long Reused, long Struck, IReadOnlyList<string> Findings)
{
    /// <summary>Whether nothing hung, was lost or was used again too early.</summary>
    internal bool IsClean => Hung + Lost + Reused == 0;
}
