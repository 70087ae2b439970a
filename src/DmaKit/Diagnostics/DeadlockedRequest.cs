namespace DmaKit;

/// <summary>A request in a deadlock, or one that waits behind it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Holds">What it holds.</param>
/// <param name="Waits">What it waits for.</param>
public sealed record DeadlockedRequest(string Name, IReadOnlyList<DeadlockAmount> Holds, IReadOnlyList<DeadlockAmount> Waits)
{
    /// <summary>The request for people, in one line.</summary>
    public override string ToString() =>
        $"{Name} {(Holds.Count == 0 ? "" : $"holds {string.Join(", ", Holds)} and ")}waits for {string.Join(", ", Waits)}";
}
