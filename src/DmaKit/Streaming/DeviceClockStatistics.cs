namespace DmaKit;

/// <summary>What a <see cref="DeviceClock"/> was told and made of it.</summary>
public readonly record struct DeviceClockStatistics
{
    /// <summary>All reports.</summary>
    public long Reports { get; init; }

    /// <summary>Reports that repeated the one before, time and position.</summary>
    public long Duplicates { get; init; }

    /// <summary>Single reports far off the line, left out: a handler that ran late.</summary>
    public long Outliers { get; init; }

    /// <summary>How often the position went on from somewhere else: a jump, or a suspended host.</summary>
    public long Jumps { get; init; }

    /// <summary>How often older reports were forgotten because the newer ones contradicted them: a rate that changed.</summary>
    public long Changes { get; init; }

    /// <summary>How often the device stood still.</summary>
    public long Stalls { get; init; }

    /// <summary>Reports that the estimate rests on.</summary>
    public long WindowReports { get; init; }

    /// <summary>The time that they span.</summary>
    public TimeSpan WindowTime { get; init; }

    /// <summary>The estimated standard deviation of a report's host time.</summary>
    public TimeSpan Jitter { get; init; }
}
