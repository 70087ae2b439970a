namespace DmaKit.Devices;

/// <summary>Turns time into frames and back, exactly: a rate as a fraction, and a crystal that is fast or slow by parts in 10^9.</summary>
/// <param name="Numerator">Frames in so many seconds.</param>
/// <param name="Denominator">Those seconds.</param>
/// <param name="Crystal">10^9 and the skew in parts of 10^9.</param>
/// <param name="Frequency">Timestamps a second.</param>
internal readonly record struct Es1370Pace(uint Numerator, uint Denominator, ulong Crystal, long Frequency)
{
    private const ulong Nominal = 1_000_000_000;

    public static ulong CrystalOf(double partsPerMillion) => (ulong)((long)Nominal + (long)Math.Round(partsPerMillion * 1000));

    /// <summary>The rate without the crystal's skew.</summary>
    public double Rate => (double)Numerator / Denominator;

    /// <summary>How many whole frames a time has.</summary>
    public long Frames(long timestamps) =>
        timestamps <= 0 ? 0 : (long)((UInt128)(ulong)timestamps * Numerator * Crystal / ((UInt128)Denominator * (ulong)Frequency * Nominal));

    /// <summary>The first time that has so many frames.</summary>
    public long Timestamps(long frames)
    {
        UInt128 upper = (UInt128)(ulong)frames * Denominator * (ulong)Frequency * Nominal;
        UInt128 lower = (UInt128)Numerator * Crystal;
        return (long)((upper + lower - 1) / lower);
    }
}
