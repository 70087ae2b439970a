namespace DmaKit;

/// <summary>A resource that a deadlock is about.</summary>
/// <param name="Name">The resource, such as <c>map registers</c>.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Free">How many were free.</param>
/// <param name="HeldByDeadlocked">How many the deadlocked requests held. The rest was held by requests that can finish, or by nobody who gave a name.</param>
/// <param name="WaitingBehind">Who waited for it without being part of the deadlock, in order.</param>
public sealed record DeadlockResource(string Name, long Total, long Free, long HeldByDeadlocked, IReadOnlyList<DeadlockedRequest> WaitingBehind)
{
    /// <summary>The resource for people, in one line.</summary>
    public override string ToString() =>
        $"{DeadlockAmount.Text(Total, Name)}: {Free} free, {HeldByDeadlocked} held by the deadlocked, {Total - Free - HeldByDeadlocked} by others, {WaitingBehind.Count} waiting behind";
}
