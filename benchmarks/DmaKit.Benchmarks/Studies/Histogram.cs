using System.Diagnostics;
using System.Numerics;

namespace DmaKit.Benchmarks;

/// <summary>Times of single operations, in classes an eighth of a power of two wide.</summary>
internal sealed class Histogram
{
    private const int Parts = 8;

    private readonly long[] _counts = new long[64 * Parts];

    public long Count { get; private set; }

    /// <summary>The longest, in nanoseconds.</summary>
    public long Longest { get; private set; }

    public static double NanosecondsPerTick { get; } = 1e9 / Stopwatch.Frequency;

    public void Add(long ticks)
    {
        long nanoseconds = (long)(ticks * NanosecondsPerTick);
        _counts[ClassOf(nanoseconds)]++;
        Count++;
        if (nanoseconds > Longest) Longest = nanoseconds;
    }

    /// <summary>The time that a part of all operations does not pass, as the upper end of its class, in nanoseconds.</summary>
    public long Percentile(double part)
    {
        long wanted = (long)Math.Ceiling(Count * part);
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return Math.Min(UpperOf(i), Longest);
        }

        return Longest;
    }

    /// <summary>Each power of two of nanoseconds that occurred, with its count.</summary>
    public IEnumerable<(long From, long Count)> Octaves()
    {
        for (int octave = 0; octave < 63; octave++)
        {
            long count = 0;
            for (int i = 0; i < Parts; i++) count += _counts[(octave * Parts) + i];
            if (count > 0) yield return (octave == 0 ? 0 : 1L << octave, count);
        }
    }

    private static int ClassOf(long nanoseconds)
    {
        int octave = BitOperations.Log2((ulong)Math.Max(1, nanoseconds));
        int part = octave >= 3 ? (int)(nanoseconds >> (octave - 3)) & (Parts - 1) : 0;
        return (octave * Parts) + part;
    }

    private static long UpperOf(int index)
    {
        int octave = index / Parts;
        return octave < 3 ? (2L << octave) - 1 : ((long)(Parts + (index % Parts) + 1) << (octave - 3)) - 1;
    }
}
