namespace DmaKit.Devices;

/// <summary>What can be chosen of a <see cref="MailboxDevice"/>.</summary>
public sealed record MailboxOptions
{
    /// <summary>Whether a packet's data must be one element.</summary>
    public bool NeedsContiguous { get; init; }

    /// <summary>Whether each element must start at a multiple of 4,096.</summary>
    public bool NeedsPageAligned { get; init; }

    /// <summary>How long a packet takes by the port's clock, zero or more. With the default, zero, it is done in the device's next turn.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan PacketDelay
    {
        get;
        init => field = value >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(PacketDelay), value, $"PacketDelay is {value}; legal: zero or more.");
    }
}
