namespace DmaKit;

/// <summary>How much of a resource a deadlocked request holds or waits for.</summary>
/// <param name="Resource">The resource, such as <c>map registers</c>.</param>
/// <param name="Amount">How many.</param>
/// <param name="OneRun">Whether they are wanted side by side.</param>
public sealed record DeadlockAmount(string Resource, long Amount, bool OneRun)
{
    /// <summary>The amount for people.</summary>
    public override string ToString() => $"{Text(Amount, Resource)}{(OneRun && Amount > 1 ? " in one run" : "")}";

    /// <summary>A number of a resource, whose name is in the plural: one of <c>packets of 'x'</c> is <c>1 packet of 'x'</c>.</summary>
    internal static string Text(long amount, string resource)
    {
        int end = resource.IndexOf(" of ", StringComparison.Ordinal);
        if (end < 0) end = resource.Length;
        return amount == 1 && resource[end - 1] == 's' ? $"{amount} {resource[..(end - 1)]}{resource[end..]}" : $"{amount} {resource}";
    }
}
