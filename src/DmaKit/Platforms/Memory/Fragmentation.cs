namespace DmaKit.Platforms;

/// <summary>Makes a machine's memory look as if it had run for weeks: frames at seeded places are held by nobody in particular.</summary>
internal static class Fragmentation
{
    /// <summary>The longest run of free frames that a degree of fragmentation leaves: all of them at 0, one at 1.0.</summary>
    internal static long LongestRun(long frames, double degree) =>
        Math.Max(1, (long)Math.Round(Math.Pow(Math.Max(1, frames), 1.0 - degree)));

    /// <summary>Makes a part of the memory known to the allocator, less what is held.</summary>
    /// <param name="allocator">Who hands the frames out.</param>
    /// <param name="part">The frames of the part.</param>
    /// <param name="longest">The longest run to leave free.</param>
    /// <param name="random">Where the held frames lie.</param>
    /// <returns>How many frames are held. At least half of them stay usable, whatever the degree.</returns>
    internal static long Populate(FrameAllocator allocator, FrameRun part, long longest, Random random)
    {
        long held = 0;
        long at = part.First;
        while (at < part.End)
        {
            long run = part.Count <= longest ? part.Count : random.NextInt64(Math.Max(1, (longest + 1) / 2), longest + 1);
            run = Math.Min(run, part.End - at);
            allocator.Free(at, run);
            at += run;
            if (at == part.End) break;
            at++;
            held++;
        }

        return held;
    }
}
