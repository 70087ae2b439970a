using Microsoft.Extensions.Logging;

namespace DmaKit.Drivers;

/// <summary>What can be chosen of a <see cref="FusionMptDriver"/>. A value that makes no sense throws when it is set.</summary>
public sealed record FusionMptDriverOptions
{
    /// <summary>How many commands the adapter may have at once, at most: 1 to 1,024. It may be fewer, see <see cref="FusionMptDriver.QueueDepth"/>.</summary>
    public int QueueDepth
    {
        get;
        init => field = value is >= 1 and <= 1024 ? value : throw new ArgumentOutOfRangeException(nameof(QueueDepth), value, $"QueueDepth is {value}; legal: 1 to 1,024.");
    } = 128;

    /// <summary>With how few packets the driver still starts when memory is short or fragmented: 1 or more.</summary>
    public int MinimumQueueDepth
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MinimumQueueDepth), value, $"MinimumQueueDepth is {value}; legal: 1 or more.");
    } = 1;

    /// <summary>How long a command may take, by the platform's clock.</summary>
    public TimeSpan CommandTimeout { get; init => field = Positive(nameof(CommandTimeout), value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long the adapter may take to abort a command that took too long. Then its target is reset.</summary>
    public TimeSpan AbortTimeout { get; init => field = Positive(nameof(AbortTimeout), value); } = TimeSpan.FromSeconds(1);

    /// <summary>How long the adapter may take to reset a target. Then the adapter is reset.</summary>
    public TimeSpan TargetResetTimeout { get; init => field = Positive(nameof(TargetResetTimeout), value); } = TimeSpan.FromSeconds(2);

    /// <summary>How long a reset of the adapter, and each message of its bring-up, may take. Then the driver gives up.</summary>
    public TimeSpan AdapterTimeout { get; init => field = Positive(nameof(AdapterTimeout), value); } = TimeSpan.FromSeconds(10);

    /// <summary>Is told what the driver notices; null for nobody.</summary>
    public ILogger? Logger { get; init; }

    private static TimeSpan Positive(string name, TimeSpan value) => value > TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; legal: more than zero.");
}
