namespace DmaKit;

/// <summary>How much of a resource a deadlocked request holds or waits for.</summary>
/// <param name="Resource">The resource, such as <c>map registers</c>.</param>
/// <param name="Amount">How many.</param>
/// <param name="OneRun">Whether they are wanted side by side.</param>
public sealed record DeadlockAmount(string Resource, long Amount, bool OneRun)
{
    /// <summary>The amount for people.</summary>
    public override string ToString() => $"{Amount} {Resource}{(OneRun && Amount > 1 ? " in one run" : "")}";
}
