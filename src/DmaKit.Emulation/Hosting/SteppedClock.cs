namespace DmaKit.Emulation;

/// <summary>The clock of a stepped machine: it moves when the machine is told to, and its timers fire on the machine's pump.</summary>
/// <remarks>Safe from any thread. It starts at the beginning of the year 2000, so that runs can be compared.</remarks>
internal sealed class SteppedClock(Pump pump) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => pump.Now;

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(pump.Now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SteppedTimer(pump, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
