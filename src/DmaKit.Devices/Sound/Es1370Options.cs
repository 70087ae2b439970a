namespace DmaKit.Devices;

/// <summary>What can be chosen of an <see cref="Es1370Device"/>. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record Es1370Options
{
    /// <summary>By how much the card's crystal is fast, in parts per million, -100,000 to 100,000: its rates are that much higher. Default 0.</summary>
    public double SkewPartsPerMillion
    {
        get;
        init => field = value is >= -100_000 and <= 100_000 ? value : throw Bad(nameof(SkewPartsPerMillion), value, "-100,000 to 100,000");
    }

    /// <summary>
    /// The standard deviation of the age of what the position registers show, zero to 100 ms: they are updated by a timer of the card's own, so that a
    /// reader sees where the card stood a moment ago. The age is Gaussian about four times this, and cut to <see cref="LongestLag"/>. Default zero: they show the present.
    /// </summary>
    public TimeSpan Jitter
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromMilliseconds(100) ? value : throw Bad(nameof(Jitter), value, "zero to 100 ms");
    }

    /// <summary>The oldest that a position can be: eight times <see cref="Jitter"/>.</summary>
    public TimeSpan LongestLag => 8 * Jitter;

    /// <summary>Where the jitter comes from: the same seed makes the same card.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many bytes a converter fetches ahead of what it plays, 0 to 65,536, a multiple of 4. Default 64.</summary>
    public int FifoBytes
    {
        get;
        init => field = value is >= 0 and <= 65_536 && value % 4 == 0 ? value : throw Bad(nameof(FifoBytes), value, "0 to 65,536, a multiple of 4");
    } = 64;

    /// <summary>How long after the end of a period the interrupt comes, zero to 10 s. Default zero.</summary>
    public TimeSpan InterruptDelay
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromSeconds(10) ? value : throw Bad(nameof(InterruptDelay), value, "zero to 10 s");
    }

    /// <summary>How often a running converter moves data, 10 us to 1 s, if nothing looks at it earlier. Default 1 ms.</summary>
    public TimeSpan FetchInterval
    {
        get;
        init => field = value >= TimeSpan.FromMicroseconds(10) && value <= TimeSpan.FromSeconds(1) ? value : throw Bad(nameof(FetchInterval), value, "10 us to 1 s");
    } = TimeSpan.FromMilliseconds(1);

    private static ArgumentOutOfRangeException Bad(string name, object value, string legal) => new(name, value, $"{name} is {value}; legal: {legal}.");
}
