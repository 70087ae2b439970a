using System.Diagnostics;

namespace DmaKit.Benchmarks;

/// <summary>
/// Measures two loops side by side in many short samples, A B A B: on a shared machine other work is scheduled into long samples, and
/// its core may be shared with somebody else's for seconds. The shortest samples of both are those that nobody disturbed.
/// </summary>
internal sealed class Sampler(bool isShort)
{
    private const int Tries = 3;

    /// <summary>The least operations of a sample, where the warm-up found none that was quick: the other core may not have been there.</summary>
    private const int Least = 32;

    private static readonly TimeSpan Sample = TimeSpan.FromMicroseconds(150);

    /// <summary>Whether a quick look is enough.</summary>
    public bool IsShort { get; } = isShort;

    private int Samples => IsShort ? 300 : 1500;

    /// <summary>Times <paramref name="ours"/> beside <paramref name="peer"/>, in nanoseconds an operation.</summary>
    public Measurement Compare(Work ours, Work peer) => Compare(new Side(ours), new Side(peer));

    /// <inheritdoc cref="Compare(Work, Work)"/>
    /// <param name="ours">Our side.</param>
    /// <param name="peer">The other side.</param>
    /// <param name="typical">
    /// Whether the figures are medians instead of minima: for what two cores do together, where the shortest sample is a lucky one.
    /// </param>
    public Measurement Compare(Side ours, Side peer, bool typical = false)
    {
        // Past the first tiers of the compiler and its on-stack replacement.
        TimeSpan warmUp = TimeSpan.FromMilliseconds(IsShort ? 250 : 500);
        int ourCount = WarmUp(ours, warmUp);
        int peerCount = WarmUp(peer, warmUp);
        double allocated = Allocated(ours, ourCount);
        Measurement best = Once(ours, ourCount, peer, peerCount, allocated, typical);
        for (int i = 1; i < Tries && best.Noisy; i++)
        {
            Measurement again = Once(ours, ourCount, peer, peerCount, allocated, typical);
            if (again.PeerSpread < best.PeerSpread) best = again;
        }

        return best;
    }

    /// <summary>Times one loop by itself, in nanoseconds an operation: the minimum of the samples.</summary>
    public double Alone(Work work)
    {
        var side = new Side(work);
        int count = WarmUp(side, TimeSpan.FromMilliseconds(IsShort ? 100 : 500));
        double least = double.MaxValue;
        for (int i = 0; i < Samples; i++) least = Math.Min(least, Time(side, count));
        return least;
    }

    private Measurement Once(Side ours, int ourCount, Side peer, int peerCount, double allocated, bool typical)
    {
        double[] a = new double[Samples];
        double[] b = new double[Samples];
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = Time(ours, ourCount);
            b[i] = Time(peer, peerCount);
        }

        (double ourFigure, double ourSpread) = Summary(a, typical);
        (double peerFigure, double peerSpread) = Summary(b, typical);
        return new Measurement(ourFigure, peerFigure, ourSpread, peerSpread, allocated);
    }

    /// <summary>Calls until the time is over; says how many operations fill a sample.</summary>
    private static int WarmUp(Side side, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        double perOperation = double.MaxValue;
        int count = 64;
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            perOperation = Math.Min(perOperation, Time(side, count));
            count = (int)Math.Clamp(Sample.TotalNanoseconds / Math.Max(perOperation, 0.01), Least, 1 << 24);
        }

        return count;
    }

    private static double Time(Side side, int count)
    {
        side.Enter?.Invoke();
        long start = Stopwatch.GetTimestamp();
        long ran = side.Work(count);
        double time = (Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency) / ran;
        side.Leave?.Invoke();
        return time;
    }

    /// <summary>
    /// What the threads that take part allocate for an operation more: the difference between many and twice as many, so that what a call of the loop
    /// costs once does not count. Exact, and nobody else's business comes in: what the runtime allocates for itself, it allocates on threads of its
    /// own. The least of a few tries, since code that is compiled anew meanwhile may allocate once on the thread that needs it.
    /// </summary>
    private static double Allocated(Side side, int count)
    {
        double least = double.MaxValue;
        for (int i = 0; i < 10 && least != 0; i++)
        {
            long few = Bytes(side, count, out _);
            long many = Bytes(side, count * 2, out long ran);
            least = Math.Min(least, Math.Max(0, many - few) / (ran / 2.0));
        }

        return least;
    }

    private static long Bytes(Side side, int count, out long ran)
    {
        side.Enter?.Invoke();
        long elsewhere = side.AllocatedElsewhere?.Invoke() ?? 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        ran = side.Work(count);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        side.Leave?.Invoke();
        return bytes + (side.AllocatedElsewhere?.Invoke() ?? 0) - elsewhere;
    }

    private static (double Figure, double Spread) Summary(double[] values, bool typical)
    {
        Array.Sort(values);
        double median = values[values.Length / 2];
        return (typical ? median : values[0], (values[values.Length * 3 / 4] - values[values.Length / 4]) / median);
    }
}
