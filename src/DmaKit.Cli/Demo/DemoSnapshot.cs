namespace DmaKit.Cli;

/// <summary>Everything that the live view, the plain text and the picture show: the state of one moment.</summary>
internal sealed record DemoSnapshot
{
    internal required MachineSettings Settings { get; init; }

    internal required string Adapter { get; init; }

    internal required long LargestRun { get; init; }

    /// <summary>What was asked for as one common buffer, and what could be had.</summary>
    internal required (long Asked, long Had) BigBuffer { get; init; }

    internal required IReadOnlyList<DemoBuffer> Buffers { get; init; }

    internal required IReadOnlyList<CommandState> Packets { get; init; }

    internal required int RegistersUsed { get; init; }

    internal required int RegistersTotal { get; init; }

    internal required DemoPhase Writing { get; init; }

    internal required DemoPhase Reading { get; init; }

    /// <summary>The two network cards; null where memory was too fragmented for them.</summary>
    internal required DemoTraffic? Network { get; init; }

    /// <summary>Bytes a second of the last moments, oldest first.</summary>
    internal required IReadOnlyList<double> Rates { get; init; }

    internal required DiskCounters Counters { get; init; }

    /// <summary>The most packets that the device had at once.</summary>
    internal required int PostedHighWater { get; init; }

    /// <summary>What the verifier found, oldest first; null where none watches.</summary>
    internal IReadOnlyList<string>? Findings { get; init; }

    /// <summary>How many packets the device has now.</summary>
    internal int Posted => Packets.Count(p => p is CommandState.Posted or CommandState.Completed);
}
