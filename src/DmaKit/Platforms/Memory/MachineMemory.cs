using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>The bytes of a machine, who has which frame of them, and the address space to show scattered frames in.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class MachineMemory : IDisposable
{
    internal const long HighFrame = (long)(PhysicalMemory.HighStart >> PhysicalMemory.PageShift);
    internal const long LastFrame = (long)(ulong.MaxValue >> PhysicalMemory.PageShift);

    private bool _closed;

    /// <summary>Makes all of a memory known, less what is held.</summary>
    /// <param name="physical">The bytes; owned from here on.</param>
    /// <param name="firstFrame">The first frame that may be handed out, 1 or more.</param>
    /// <param name="fragmentation">0.0 is not at all, 1.0 leaves single frames only.</param>
    /// <param name="seed">Where the frames lie that are held for fragmentation's sake.</param>
    /// <param name="mappingLimit">How many mappings of the host may be used; null is half of what the host allows.</param>
    internal MachineMemory(PhysicalMemory physical, long firstFrame, double fragmentation, int seed, long? mappingLimit = null)
    {
        Physical = physical;
        Space = new VirtualSpace(Physical, mappingLimit ?? VirtualSpace.HostLimit());
        long lowFrames = physical.LowLength >> PhysicalMemory.PageShift;
        long highFrames = physical.HighLength >> PhysicalMemory.PageShift;
        Frames = new FrameAllocator(highFrames > 0 ? HighFrame + highFrames : lowFrames);

        long longest = Fragmentation.LongestRun(lowFrames + highFrames, fragmentation);
        var random = new Random(seed);
        HeldFrames = firstFrame;
        HeldFrames += Fragmentation.Populate(Frames, new FrameRun(firstFrame, lowFrames - firstFrame), longest, random);
        HeldFrames += Fragmentation.Populate(Frames, new FrameRun(HighFrame, highFrames), longest, random);
        TotalFrames = lowFrames + highFrames;
    }

    internal PhysicalMemory Physical { get; }

    internal FrameAllocator Frames { get; }

    internal VirtualSpace Space { get; }

    /// <summary>All frames of the machine.</summary>
    internal long TotalFrames { get; }

    /// <summary>Frames that are held to fragment memory, and those before the first that may be handed out.</summary>
    internal long HeldFrames { get; }

    /// <summary>Takes adjacent zeroed frames; from above 4 GiB if the request allows it, because what lies below is scarce.</summary>
    internal bool TryTake(in FrameRequest request, out long first)
    {
        ThrowIfClosed();
        bool high = request.Maximum >= HighFrame && request.Minimum < HighFrame && Physical.HighLength > 0;
        bool taken = Frames.TryAllocate(high ? request with { Minimum = HighFrame } : request, out first)
            || (high && Frames.TryAllocate(request, out first));
        if (taken) Physical.Zero(first, request.Count);
        return taken;
    }

    /// <summary>Takes zeroed frames wherever they are and shows them as one range.</summary>
    /// <param name="count">How many frames.</param>
    /// <param name="aboveFirst">Whether frames above 4 GiB are taken first, rather than those below.</param>
    /// <param name="range">The range.</param>
    /// <returns>False when there are not that many frames.</returns>
    /// <exception cref="DmaResourceException">There are, but the host maps no more ranges; nothing was taken.</exception>
    internal bool TryTakeScattered(long count, bool aboveFirst, out HostRange range)
    {
        range = null!;
        ThrowIfClosed();
        if (!Physical.CanScatter)
        {
            bool have = aboveFirst
                ? TryTake(new FrameRequest(count, 0, LastFrame), out long first)
                : TryTakeLowFirst(count, out first);
            if (have) range = new HostRange(Physical.HostOf(first), count, [new FrameRun(first, count)], InArena: true);
            return have;
        }

        if (!TryGather(count, aboveFirst, out FrameRun[] runs)) return false;
        try
        {
            range = new HostRange(Space.Show(runs, count), count, runs, InArena: false);
            return true;
        }
        catch (DmaResourceException)
        {
            Release(runs);
            throw;
        }
    }

    /// <summary>
    /// Takes zeroed memory that begins with large pages: as many of them as the host has left, and frames behind them. It counts as so many frames. It is not in the arena,
    /// so that only what maps the range itself leads to it.
    /// </summary>
    /// <param name="count">How many frames, those of a large page or more.</param>
    /// <param name="range">The range, which begins at a multiple of a large page.</param>
    /// <returns>False when there is no large page, or there are not that many frames: nothing was taken.</returns>
    internal bool TryTakeLarge(long count, out HostRange range)
    {
        range = null!;
        ThrowIfClosed();
        if (!TryGather(count, aboveFirst: true, out FrameRun[] runs)) return false;
        try
        {
            if (Space.TryShowLarge(runs, count, out range)) return true;
        }
        catch (DmaResourceException)
        {
            // The host maps no more ranges. In the arena there may be a place yet that takes none.
        }

        Release(runs);
        return false;
    }

    /// <summary>Gives the frames of a range back; a late access of the program finds zeros, or the arena.</summary>
    internal void Release(HostRange range)
    {
        if (!range.InArena) Space.Retire(range);
        Release(range.Runs);
    }

    public void Dispose()
    {
        _closed = true;
        Space.Dispose();
        Physical.Dispose();
    }

    private void ThrowIfClosed()
    {
        if (_closed) throw new DeviceLostException("The machine is closed: there is no memory any more.");
    }

    private bool TryTakeLowFirst(long count, out long first) =>
        TryTake(new FrameRequest(count, 0, HighFrame - 1), out first) || TryTake(new FrameRequest(count, HighFrame, LastFrame), out first);

    /// <summary>Takes zeroed frames wherever they are.</summary>
    private bool TryGather(long count, bool aboveFirst, out FrameRun[] runs)
    {
        runs = [];
        List<FrameRun> found = [];
        long missing = count;
        if (aboveFirst) missing = Gather(found, missing, HighFrame, LastFrame);
        missing = Gather(found, missing, 0, HighFrame - 1);
        missing = Gather(found, missing, HighFrame, LastFrame);
        if (missing > 0)
        {
            Release(found);
            return false;
        }

        runs = Merge(found);
        foreach (FrameRun run in runs) Physical.Zero(run.First, run.Count);
        return true;
    }

    private long Gather(List<FrameRun> runs, long missing, long minimum, long maximum)
    {
        while (missing > 0 && Frames.TryAllocateSome(missing, minimum, maximum, out FrameRun run))
        {
            runs.Add(run);
            missing -= run.Count;
        }

        return missing;
    }

    private void Release(IEnumerable<FrameRun> runs)
    {
        foreach (FrameRun run in runs) Frames.Free(run.First, run.Count);
    }

    private static FrameRun[] Merge(List<FrameRun> runs)
    {
        var merged = new List<FrameRun>(runs.Count);
        foreach (FrameRun run in runs)
        {
            if (merged.Count > 0 && merged[^1].End == run.First) merged[^1] = merged[^1] with { Count = merged[^1].Count + run.Count };
            else merged.Add(run);
        }

        return [.. merged];
    }
}
