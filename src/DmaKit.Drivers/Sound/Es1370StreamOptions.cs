namespace DmaKit.Drivers;

/// <summary>How a converter of an ES1370 is used. A value that makes no sense throws when it is set.</summary>
public sealed record Es1370StreamOptions
{
    /// <summary>The length of ring that is asked for, 1 ms to 100 s; what 256 KiB have room for is the most. Default 200 ms.</summary>
    public TimeSpan Ring
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(1) && value <= TimeSpan.FromSeconds(100) ? value : throw Bad(nameof(Ring), value, "1 ms to 100 s");
    } = TimeSpan.FromMilliseconds(200);

    /// <summary>The time between two interrupts, 100 us to 10 s. Default 10 ms.</summary>
    public TimeSpan Period
    {
        get;
        init => field = value >= TimeSpan.FromMicroseconds(100) && value <= TimeSpan.FromSeconds(10) ? value : throw Bad(nameof(Period), value, "100 us to 10 s");
    } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether the card interrupts at the end of each period. Without, <see cref="PollInterval"/> is needed. Default true.</summary>
    public bool Interrupts { get; init; } = true;

    /// <summary>How often the position is read by a timer; zero, the default, for never.</summary>
    public TimeSpan PollInterval { get; init; }

    /// <summary>How old what the position register shows may be: more than zero where it is updated now and then only. Default zero.</summary>
    public TimeSpan PositionAge
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromSeconds(10) ? value : throw Bad(nameof(PositionAge), value, "zero to 10 s");
    }

    /// <summary>What is heard when nothing was written in time. Default silence.</summary>
    public UnderrunPolicy Underrun { get; init; }

    private static ArgumentOutOfRangeException Bad(string name, object value, string legal) => new(name, value, $"{name} is {value}; legal: {legal}.");
}
