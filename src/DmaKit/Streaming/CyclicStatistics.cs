namespace DmaKit;

/// <summary>What a continuous transfer has counted since it was made. All but the number of events in bytes.</summary>
/// <remarks>
/// Of playing: <c>DataBytes + UnderrunBytes + SilenceBytes</c> is always the greater of the device's position and the end of what was
/// written. Of capture: what was read, <c>OverrunBytes</c> and what is available are together the device's position.
/// </remarks>
public readonly record struct CyclicStatistics
{
    /// <summary>Reports of the device's position that were taken.</summary>
    public long Reports { get; init; }

    /// <summary>Reports that stood before an earlier one, and changed nothing.</summary>
    public long BackwardReports { get; init; }

    /// <summary>Laps, or periods, that went by without a report and were made out with the help of the clock.</summary>
    public long ResolvedLaps { get; init; }

    /// <summary>How often it could not be made out how far the device had gone: the position is a guess from there on.</summary>
    public long LostPositions { get; init; }

    /// <summary>How often the device came to a position that nobody had written in time.</summary>
    public long Underruns { get; init; }

    /// <summary>Positions for which there was no data in time.</summary>
    public long UnderrunBytes { get; init; }

    /// <summary>Of those, positions where the data of an earlier lap was heard, because more than a lap went by without a report.</summary>
    public long StaleBytes { get; init; }

    /// <summary>Positions for which data was written, those later dropped included.</summary>
    public long DataBytes { get; init; }

    /// <summary>Positions left silent on purpose: before a write further ahead, and after the end of what was drained.</summary>
    public long SilenceBytes { get; init; }

    /// <summary>Bytes that came late, or may have.</summary>
    public long LateBytes { get; init; }

    /// <summary>Positions that were written, and not reached before a stop.</summary>
    public long DroppedBytes { get; init; }

    /// <summary>Of capture: bytes that were read.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Of capture: how often the device overwrote what had not been read.</summary>
    public long Overruns { get; init; }

    /// <summary>Of capture: bytes that were overwritten before they were read.</summary>
    public long OverrunBytes { get; init; }
}
