namespace DmaKit;

/// <summary>What a <see cref="DeviceClock"/> is told beforehand. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record DeviceClockOptions
{
    /// <summary>How many frames the device should move a second by its own clock: more than 0, at most 10^12. Default 48,000.</summary>
    public double Rate
    {
        get;
        init => field = value is > 0 and <= 1e12
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Rate), value, $"Rate is {value}; legal: more than 0, at most 10^12 frames a second.");
    } = 48_000;

    /// <summary>How many host timestamps make a second: <see cref="TimeProvider.TimestampFrequency"/> of the platform's clock. Default 10,000,000.</summary>
    public long TimestampFrequency
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TimestampFrequency), value, $"TimestampFrequency is {value}; legal: more than 0 a second.");
    } = 10_000_000;

    /// <summary>
    /// A first guess at the standard deviation of a report's host time, 100 ns to 1 s; it weighs as much as three reports. Default 1 ms.
    /// </summary>
    public TimeSpan ExpectedJitter
    {
        get;
        init => field = value >= TimeSpan.FromTicks(1) && value <= TimeSpan.FromSeconds(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ExpectedJitter), value, $"ExpectedJitter is {value}; legal: 100 ns to 1 s.");
    } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How far from <see cref="Rate"/> the device may be, as a standard deviation in ppm, 0.001 to 500,000: a crystal is within 100. Default 1,000.
    /// </summary>
    public double TolerancePartsPerMillion
    {
        get;
        init => field = value is >= 0.001 and <= 500_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(TolerancePartsPerMillion), value, $"TolerancePartsPerMillion is {value}; legal: 0.001 to 500,000 ppm.");
    } = 1_000;
}
