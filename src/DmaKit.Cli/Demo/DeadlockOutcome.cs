namespace DmaKit.Cli;

/// <summary>How one round of the demo went.</summary>
/// <param name="Commands">Where the commands lay.</param>
/// <param name="Requests">How many requests there were.</param>
/// <param name="Reports">The deadlocks that were found.</param>
/// <param name="HighWater">The most map registers in use at once.</param>
/// <param name="Equal">Whether the device has every byte of every request.</param>
internal sealed record DeadlockOutcome(string Commands, int Requests, IReadOnlyList<DmaDeadlockReport> Reports, int HighWater, bool Equal);
