namespace DmaKit;

/// <summary>How a <see cref="StreamComposer"/> plays a source. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record ComposedSourceOptions
{
    /// <summary>What each sample is multiplied with, 0 to 100; 1, the default, leaves it as it is, and 0.5 is 6 dB less.</summary>
    public float Gain
    {
        get;
        init => field = value is >= 0 and <= StreamComposer.MaximumGain
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Gain), value, $"Gain is {value}; legal: 0 to {StreamComposer.MaximumGain}.");
    } = 1;

    /// <summary>How long it swells from nothing at its beginning. Default zero: the first frame is heard as it is.</summary>
    public TimeSpan FadeIn
    {
        get;
        init => field = Legal(value, nameof(FadeIn));
    }

    /// <summary>How long it dies away at its own end. Default zero.</summary>
    public TimeSpan FadeOut
    {
        get;
        init => field = Legal(value, nameof(FadeOut));
    }

    /// <summary>
    /// How long a change takes so that it does not click: coming in after its beginning, leaving before its end, moving, another gain. Default 5 ms; zero changes from one frame to the next.
    /// </summary>
    public TimeSpan Ramp
    {
        get;
        init => field = Legal(value, nameof(Ramp));
    } = TimeSpan.FromMilliseconds(5);

    /// <summary>Which channels go where; null, the default, for <see cref="ChannelMap.Default"/>.</summary>
    public ChannelMap? Channels { get; init; }

    private static TimeSpan Legal(TimeSpan value, string name) =>
        value >= TimeSpan.Zero && value <= TimeSpan.FromHours(1) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; legal: zero to one hour.");
}
