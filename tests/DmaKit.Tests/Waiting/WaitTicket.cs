namespace DmaKit.Tests;

/// <summary>One take or wait of a history: what it asks for, for whom, and how far it is.</summary>
internal sealed class WaitTicket
{
    /// <summary>Whose it is; -1 for a caller who gives no name.</summary>
    public required int Request { get; init; }

    public required WaitResource Resource { get; init; }

    public required int Amount { get; init; }

    /// <summary>The order of arrival.</summary>
    public required int Arrival { get; init; }

    /// <summary>Whether its request held something when it came.</summary>
    public bool Holding { get; set; }

    public WaitState State { get; set; }

    /// <summary>Which units it got, where they have numbers.</summary>
    public int[] Units { get; set; } = [];

    /// <summary>Registers are one resource, however they are wanted.</summary>
    public WaitResource Line => Resource == WaitResource.Run ? WaitResource.Registers : Resource;

    public override string ToString() => $"#{Arrival} {(Request < 0 ? "unnamed" : $"R{Request}")} {Amount} {Resource}: {State}{(Units.Length > 0 ? $" [{string.Join(' ', Units)}]" : "")}";
}

/// <summary>What histories take from.</summary>
internal enum WaitResource
{
    Registers,
    Run,
    Packets,
    Blocks,
    Heap,
    Turn,
}

/// <summary>How far a ticket is.</summary>
internal enum WaitState
{
    Waiting,
    Granted,
    Deadlocked,
    Cancelled,
    GivenBack,
}
