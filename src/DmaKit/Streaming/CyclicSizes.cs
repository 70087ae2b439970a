namespace DmaKit;

/// <summary>Period and ring of a continuous transfer, from what was asked for and what the device can do.</summary>
internal static class CyclicSizes
{
    private const double StandardPeriod = 0.010;
    private const double StandardRing = 0.200;

    /// <summary>The size of the ring, and of a period.</summary>
    /// <exception cref="ArgumentException">There is no room for two periods of one frame, or a period has more than 1 GiB.</exception>
    public static (long Ring, int Period) Of(CyclicTransferOptions options)
    {
        long unit = options.FrameBytes / Gcd(options.FrameBytes, options.Granularity) * options.Granularity;
        double second = options.Rate * options.FrameBytes;
        long period = Up(options.PeriodBytes == 0 ? (long)Math.Ceiling(second * StandardPeriod) : options.PeriodBytes, unit);
        long ring = Up(Math.Max(options.RingBytes == 0 ? (long)Math.Ceiling(second * StandardRing) : options.RingBytes, 2 * period), period);
        if (options.MaximumRingBytes > 0 && ring > options.MaximumRingBytes)
        {
            if (period > options.MaximumRingBytes / 2) period = options.MaximumRingBytes / 2 / unit * unit;
            if (period == 0)
            {
                throw new ArgumentException(
                    $"MaximumRingBytes is {options.MaximumRingBytes}: no room for two periods of {unit} bytes, which is the least for frames of {options.FrameBytes} bytes and a granularity of {options.Granularity}.",
                    nameof(options));
            }

            ring = options.MaximumRingBytes / period * period;
        }

        if (period > 1 << 30) throw new ArgumentException($"A period of {period} bytes is too long; legal: 1 GiB at most.", nameof(options));
        return (ring, (int)period);
    }

    private static long Up(long value, long multiple) => Math.Max(1, (value + multiple - 1) / multiple) * multiple;

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
