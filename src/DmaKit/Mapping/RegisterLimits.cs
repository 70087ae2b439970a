namespace DmaKit;

/// <summary>What an adapter can have of its domain's map registers at the most. Never changes once they have their memory.</summary>
/// <param name="Reachable">How many are in its reach.</param>
/// <param name="LongestRun">How many of those are contiguous to the device at the most.</param>
internal sealed record RegisterLimits(int Reachable, int LongestRun);
