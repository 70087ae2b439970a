namespace DmaKit.Cli;

/// <summary>What the demo of the deadlock was asked for.</summary>
internal sealed record DeadlockSettings
{
    /// <summary>How many requests there are at once.</summary>
    internal int Requests { get; init; } = 4;

    /// <summary>How many map registers the data of each takes.</summary>
    internal int Pages { get; init; } = 2;

    /// <summary>As many map registers as the data takes, and none for a command.</summary>
    internal int Registers => Requests * Pages;
}
