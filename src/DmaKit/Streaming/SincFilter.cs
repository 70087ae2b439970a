using System.Runtime.Intrinsics;

namespace DmaKit;

/// <summary>
/// A low-pass filter that can be read between its taps: a sinc under a Kaiser window, as a table of phases. Where the rates have a small enough ratio each phase that occurs is in the
/// table; else values lie on the straight line between two phases, which is right to 130 dB.
/// </summary>
internal sealed class SincFilter
{
    private const int Crossings = 64;
    private const int MostPhases = 2048;
    private const double StopBandDecibel = 120;

    private readonly double[] _table;
    private readonly int _phases;
    private readonly bool _exact;

    /// <summary>Works the table out.</summary>
    /// <param name="ratio">Frames of the original for each that is made.</param>
    /// <param name="steps">In how many parts the time between two frames of the original is divided.</param>
    internal SincFilter(double ratio, long steps)
    {
        double stretch = Math.Max(1, ratio);
        int half = (int)Math.Ceiling(Crossings * stretch);
        Taps = 2 * half;
        Before = half - 1;
        _exact = steps <= MostPhases && steps * Taps <= 1 << 20;
        _phases = _exact ? (int)steps : Math.Max(64, (int)(MostPhases / stretch));
        _table = new double[(_phases + 1) * Taps];

        // Kaiser's formulas: the window's shape for the attenuation, and the width of the transition, which is put below the stop band.
        double beta = 0.1102 * (StopBandDecibel - 8.7);
        double transition = (StopBandDecibel - 8) / (2.285 * 2 * Crossings * Math.PI);
        double cutoff = (1 - (transition / 2)) / stretch;
        double scale = 1 / Bessel(beta);
        for (int phase = 0; phase <= _phases; phase++)
        {
            Span<double> row = _table.AsSpan(phase * Taps, Taps);
            double sum = 0;
            for (int tap = 0; tap < Taps; tap++)
            {
                double t = tap - Before - ((double)phase / _phases);
                double edge = t / half;
                double window = Math.Abs(edge) >= 1 ? 0 : Bessel(beta * Math.Sqrt(1 - (edge * edge))) * scale;
                double angle = Math.PI * cutoff * t;
                row[tap] = window * (angle == 0 ? 1 : Math.Sin(angle) / angle);
                sum += row[tap];
            }

            // Silence and a constant come out as they are.
            foreach (ref double tap in row) tap /= sum;
        }
    }

    /// <summary>Frames of the original that one frame is made of.</summary>
    internal int Taps { get; }

    /// <summary>How many of them stand before the one at or before the frame's own time.</summary>
    internal int Before { get; }

    /// <summary>The value at a time between two frames.</summary>
    /// <param name="input">As many frames as there are taps.</param>
    /// <param name="part">The time after frame <see cref="Before"/>, in parts.</param>
    /// <param name="parts">How many parts there are between two frames.</param>
    internal double At(ReadOnlySpan<double> input, long part, long parts)
    {
        if (_exact) return Product(input, (int)part);
        double place = (double)part / parts * _phases;
        int phase = (int)place;
        double low = Product(input, phase);
        return low + ((Product(input, phase + 1) - low) * (place - phase));
    }

    private double Product(ReadOnlySpan<double> input, int phase)
    {
        ReadOnlySpan<double> row = _table.AsSpan(phase * Taps, Taps);
        // Four sums on every processor, joined in one order: the same bits everywhere.
        Vector256<double> sums = Vector256<double>.Zero;
        int at = 0;
        for (; at <= row.Length - 4; at += 4) sums += Vector256.Create(row[at..]) * Vector256.Create(input[at..]);
        double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        for (; at < row.Length; at++) sum += row[at] * input[at];
        return sum;
    }

    // The modified Bessel function of the first kind and order 0, by its series.
    private static double Bessel(double x)
    {
        double sum = 1;
        double term = 1;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            double half = x / (2 * k);
            term *= half * half;
            sum += term;
        }

        return sum;
    }
}
