namespace DmaKit.Devices;

/// <summary>What can be chosen of a <see cref="FusionMptAdapter"/>.</summary>
public sealed record FusionMptOptions
{
    /// <summary>
    /// How long after its fetch a SCSI command begins, by the port's clock, zero or more. With the default, zero, it begins in the
    /// device's next turn.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan CommandDelay
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(CommandDelay), value, $"CommandDelay is {value}; legal: zero or more.");
    }
}
