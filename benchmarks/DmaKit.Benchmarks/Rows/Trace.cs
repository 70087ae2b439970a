namespace DmaKit.Benchmarks;

/// <summary>
/// The trace that heaps are compared on: 504,096 operations, lengths of 64 B to 64 KiB that are uniform in their logarithm, 4,096 live. Each
/// operation frees what its slot holds, if anything, and allocates anew.
/// </summary>
internal static class Trace
{
    public const int Slots = 4096;

    public const int Count = 504_096;

    /// <summary>The operations: slot and length.</summary>
    public static TraceOperation[] Operations { get; } = Make();

    /// <summary>The most bytes that are live at once.</summary>
    public static long PeakLive { get; } = Peak();

    private static TraceOperation[] Make()
    {
        var operations = new TraceOperation[Count];
        ulong state = 0x9E3779B97F4A7C15;
        for (int i = 0; i < Count; i++)
        {
            int slot = i < Slots ? i : (int)(SplitMix(ref state) % Slots);
            double u = (SplitMix(ref state) >> 11) / (double)(1UL << 53);
            operations[i] = new TraceOperation(slot, (int)Math.Floor(64 * Math.Pow(1024, u)));
        }

        return operations;
    }

    private static long Peak()
    {
        var lengths = new int[Slots];
        long live = 0;
        long peak = 0;
        foreach ((int slot, int length) in Operations)
        {
            live += length - lengths[slot];
            lengths[slot] = length;
            peak = Math.Max(peak, live);
        }

        return peak;
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
