using DmaKit.Platforms;

namespace DmaKit.Emulation.Tests;

/// <summary>What a frame allocator looks like to the properties, so that a twin with a known defect can take its place.</summary>
internal interface IFrames
{
    bool TryAllocate(in FrameRequest request, out long first);

    void Free(long first, long count);

    long LargestRun(in FrameRequest request);

    List<FrameRun> FreeRuns();
}

internal sealed class RealFrames(FrameAllocator frames) : IFrames
{
    public bool TryAllocate(in FrameRequest request, out long first) => frames.TryAllocate(request, out first);

    public void Free(long first, long count) => frames.Free(first, count);

    public long LargestRun(in FrameRequest request) => frames.LargestRun(request);

    public List<FrameRun> FreeRuns() => frames.FreeRuns();
}

internal enum Defect
{
    None,
    IgnoresBoundary,
    IgnoresAlignment,
    IgnoresMaximum,
    LeaksOddRuns,
    HandsOutTwice,
}

/// <summary>The allocator with a known defect: each must be caught, or the property proves nothing.</summary>
internal sealed class BuggyFrames(FrameAllocator frames, Defect defect) : IFrames
{
    private long _last = -1;

    public bool TryAllocate(in FrameRequest request, out long first)
    {
        FrameRequest asked = defect switch
        {
            Defect.IgnoresBoundary => request with { Boundary = 0 },
            Defect.IgnoresAlignment => request with { Alignment = 1 },
            Defect.IgnoresMaximum => request with { Maximum = long.MaxValue >> 1 },
            _ => request,
        };
        if (defect == Defect.HandsOutTwice && _last >= 0 && request is { Count: 1, Alignment: 1 })
        {
            first = _last;
            return true;
        }

        bool taken = frames.TryAllocate(asked, out first);
        if (taken) _last = first;
        return taken;
    }

    public void Free(long first, long count) => frames.Free(first, defect == Defect.LeaksOddRuns && count > 1 ? count - (count & 1) : count);

    public long LargestRun(in FrameRequest request) => frames.LargestRun(request);

    public List<FrameRun> FreeRuns() => frames.FreeRuns();
}

/// <summary>Plays a history of requests against an allocator and says what was wrong.</summary>
internal static class FrameHistory
{
    public const long Frames = 3000;

    /// <summary>Plays one history; every number is one step.</summary>
    /// <returns>The first broken rule, or null.</returns>
    public static string? Violation(IFrames frames, int[] steps)
    {
        var live = new List<FrameRun>();
        foreach (int step in steps)
        {
            var random = new Random(step);
            if (live.Count > 0 && random.Next(5) < 2)
            {
                int victim = random.Next(live.Count);
                frames.Free(live[victim].First, live[victim].Count);
                live.RemoveAt(victim);
                continue;
            }

            FrameRequest request = NewRequest(random);
            long largest = frames.LargestRun(request);
            if (!frames.TryAllocate(request, out long first))
            {
                if (largest >= request.Count) return $"{request} failed although a run of {largest} was to be had";
                continue;
            }

            var run = new FrameRun(first, request.Count);
            if (BrokenRule(run, request, live) is { } broken) return broken;
            if (largest < request.Count) return $"{request} gave {run} although the longest was {largest}";
            live.Add(run);
        }

        foreach (FrameRun run in live) frames.Free(run.First, run.Count);
        List<FrameRun> free = frames.FreeRuns();
        return free is [(1, Frames - 1)] ? null : $"after freeing all there are {free.Count} free runs, first {free.FirstOrDefault()}";
    }

    private static FrameRequest NewRequest(Random random)
    {
        long minimum = random.Next(3) == 0 ? random.NextInt64(Frames) : 0;
        long maximum = random.Next(3) == 0 ? random.NextInt64(minimum, Frames) : MachineMemory.LastFrame;
        long count = random.Next(4) == 0 ? random.NextInt64(1, 600) : random.NextInt64(1, 9);
        long alignment = 1L << random.Next(8);
        long boundary = random.Next(2) == 0 ? 1L << random.Next(4, 11) : 0;
        return new FrameRequest(count, minimum, maximum, alignment, boundary);
    }

    private static string? BrokenRule(FrameRun run, FrameRequest request, List<FrameRun> live)
    {
        if (run.First < Math.Max(1, request.Minimum) || run.End - 1 > Math.Min(Frames - 1, request.Maximum)) return $"{run} is out of range of {request}";
        if (run.First % request.Alignment != 0) return $"{run} is not aligned as {request} asks";
        if (request.Boundary != 0 && run.First / request.Boundary != (run.End - 1) / request.Boundary) return $"{run} crosses the boundary of {request}";
        foreach (FrameRun other in live)
            if (run.First < other.End && other.First < run.End) return $"{run} overlaps {other}";
        return null;
    }
}
