namespace DmaKit;

/// <summary>What an adapter can have of some map registers at the most.</summary>
/// <param name="Reachable">How many are in its reach.</param>
/// <param name="LongestRun">How many of those are contiguous to the device at the most.</param>
/// <param name="Version">The version of the pool that it holds for.</param>
internal sealed record RegisterLimits(int Reachable, int LongestRun, int Version);
