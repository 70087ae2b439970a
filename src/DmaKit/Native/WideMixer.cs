namespace DmaKit.Native;

/// <summary>Mixes for rings of 24 and 32 bits: sums are whole numbers of 256ths of a 32-bit step, in 64 bits.</summary>
internal static class WideMixer
{
    private const int Fraction = 8;

    /// <summary>The greatest sum of gains of full-scale streams that 64 bits hold.</summary>
    internal const double Headroom = (1L << (63 - 31 - Fraction)) - 1;

    private const double StepsOfFullScale = (1L << 31) * (double)(1 << Fraction);

    /// <summary>Adds one stream whose gain may be another for each sample.</summary>
    internal static void AddScaled(Span<long> sums, ReadOnlySpan<double> samples, ReadOnlySpan<float> gains)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            double sample = double.IsNaN(samples[i]) ? 0 : Math.Clamp(samples[i], -ShortMixer.LoudestSample, ShortMixer.LoudestSample);
            sums[i] += (long)Math.Round(sample * gains[i] * StepsOfFullScale);
        }
    }

    /// <summary>Writes sums as samples of 32 bits, or of 24 bits in three bytes.</summary>
    internal static void Write(ReadOnlySpan<long> sums, Span<byte> destination, int bytes)
    {
        int shift = Fraction + (8 * (4 - bytes));
        long most = (1L << ((8 * bytes) - 1)) - 1;
        for (int i = 0; i < sums.Length; i++)
        {
            long sample = Math.Clamp((sums[i] + (1L << (shift - 1))) >> shift, -most - 1, most);
            Span<byte> to = destination.Slice(i * bytes, bytes);
            for (int b = 0; b < bytes; b++, sample >>= 8) to[b] = (byte)sample;
        }
    }
}
