namespace DmaKit;

/// <summary>
/// A wait can never end: requests wait in a circle for what the others hold. The newest request that holds something gets this instead of what it
/// waited for; what it holds is still its own. Give that back, so that the others go on, and start again.
/// </summary>
/// <param name="report">Who holds what, and who waits for what.</param>
public sealed class DmaDeadlockException(DmaDeadlockReport report) : DmaException(
    $"Deadlock: {report} Give back what '{report.Victim}' holds and try again. To avoid it, take everything in one order, take all at once, or keep what every request needs, "
    + "such as its command, in a common buffer, which needs no map register.")
{
    /// <summary>Who holds what, and who waits for what, when the deadlock was found.</summary>
    public DmaDeadlockReport Report { get; } = report;
}
