namespace DmaKit.Tests;

/// <summary>A clock that stands still until the test moves it: a hundred million timestamps a second.</summary>
internal sealed class SettableClock : TimeProvider
{
    public const long Frequency = 100_000_000;

    public long Now { get; set; }

    public override long TimestampFrequency => Frequency;

    public override long GetTimestamp() => Now;
}
