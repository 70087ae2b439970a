using System.Globalization;

namespace DmaKit.Formats;

/// <summary>When a packet was captured: seconds since 1970-01-01 00:00 UTC, and nanoseconds.</summary>
/// <param name="Seconds">Whole seconds.</param>
/// <param name="Nanoseconds">The rest, 0 to 999,999,999.</param>
public readonly record struct CaptureTime(long Seconds, int Nanoseconds)
{
    private const long PerSecond = 1_000_000_000;
    private const int NanosecondsPerTick = 100;

    /// <summary>The time of a clock, to its 100 ns.</summary>
    /// <param name="time">The time.</param>
    public static CaptureTime From(DateTimeOffset time)
    {
        long ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        (long seconds, long rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        return new CaptureTime(seconds, (int)rest * NanosecondsPerTick);
    }

    /// <summary>As <c>1700000000.000000001</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds}.{Nanoseconds:000000000}");

    /// <summary>A number of units of a second, as formats keep it; what is finer than a nanosecond is cut off.</summary>
    internal static CaptureTime FromUnits(ulong units, UInt128 unitsPerSecond, long offsetSeconds)
    {
        UInt128 seconds = units / unitsPerSecond;
        UInt128 rest = (units - seconds * unitsPerSecond) * PerSecond / unitsPerSecond;
        Int128 whole = (Int128)seconds + offsetSeconds;
        return new CaptureTime((long)Int128.Clamp(whole, long.MinValue, long.MaxValue), (int)rest);
    }

    /// <summary>Nanoseconds since 1970 as 64 bits without a sign: to the year 2554.</summary>
    internal bool TryGetNanoseconds(out ulong nanoseconds)
    {
        Int128 all = (Int128)Seconds * PerSecond + Nanoseconds;
        bool fits = all >= 0 && all <= ulong.MaxValue;
        nanoseconds = fits ? (ulong)all : 0;
        return fits;
    }
}
