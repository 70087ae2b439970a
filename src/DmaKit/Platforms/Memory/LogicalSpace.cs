namespace DmaKit.Platforms;

/// <summary>Which logical pages of a translated address space are taken. Hands them out from the top down, away from where frames lie.</summary>
/// <remarks>Safe from any thread. Page 0 is never handed out, nor what the bus keeps for messages (0xFEE00000 to 0xFEEFFFFF).</remarks>
internal sealed class LogicalSpace(IEnumerable<FrameRun> all)
{
    internal const long PagesBelow4G = 1L << 20;

    private const long MessagesFirst = 0xFEE00;
    private const long MessagesEnd = 0xFEF00;

    private readonly Lock _gate = new();
    private readonly List<FrameRun> _free = [.. WithoutReserved(all)];

    internal LogicalSpace(int addressBits) : this(AllPages(addressBits))
    {
    }

    /// <summary>All pages that addresses of that many bits reach.</summary>
    internal static IEnumerable<FrameRun> AllPages(int addressBits) => [new(0, 1L << (addressBits - Native.PhysicalMemory.PageShift))];

    /// <summary>Free pages below 4 GiB.</summary>
    internal long FreeBelow4G
    {
        get
        {
            lock (_gate)
            {
                long pages = 0;
                foreach (FrameRun run in _free)
                {
                    if (run.First >= PagesBelow4G) break;
                    pages += Math.Min(run.End, PagesBelow4G) - run.First;
                }

                return pages;
            }
        }
    }

    /// <summary>All free pages.</summary>
    internal long FreePages
    {
        get
        {
            lock (_gate) return _free.Sum(r => r.Count);
        }
    }

    internal bool TryTake(in FrameRequest request, out long first)
    {
        lock (_gate)
        {
            for (int i = _free.Count - 1; i >= 0; i--)
            {
                FrameRun run = _free[i];
                first = request.HighestPlaceIn(run.First, run.End);
                if (first < 0) continue;
                Cut(i, run, first, request.Count);
                return true;
            }
        }

        first = -1;
        return false;
    }

    internal void Free(long first, long count)
    {
        lock (_gate)
        {
            int at = 0;
            int high = _free.Count;
            while (at < high)
            {
                int middle = (at + high) >>> 1;
                if (_free[middle].First < first) at = middle + 1;
                else high = middle;
            }

            if ((at < _free.Count && _free[at].First < first + count) || (at > 0 && _free[at - 1].End > first))
                throw new InvalidOperationException($"Logical page {first} was freed twice.");
            bool before = at > 0 && _free[at - 1].End == first;
            bool behind = at < _free.Count && _free[at].First == first + count;
            if (before && behind)
            {
                _free[at - 1] = _free[at - 1] with { Count = _free[at - 1].Count + count + _free[at].Count };
                _free.RemoveAt(at);
            }
            else if (before) _free[at - 1] = _free[at - 1] with { Count = _free[at - 1].Count + count };
            else if (behind) _free[at] = new FrameRun(first, count + _free[at].Count);
            else _free.Insert(at, new FrameRun(first, count));
        }
    }

    internal long LargestRun(in FrameRequest request)
    {
        lock (_gate)
        {
            long best = 0;
            foreach (FrameRun run in _free) best = Math.Max(best, request.LongestIn(run.First, run.End));
            return best;
        }
    }

    private static IEnumerable<FrameRun> WithoutReserved(IEnumerable<FrameRun> pages)
    {
        foreach (FrameRun run in pages)
        {
            foreach ((long first, long end) in ((long, long)[])[(1, MessagesFirst), (MessagesEnd, long.MaxValue)])
            {
                long from = Math.Max(first, run.First);
                long to = Math.Min(end, run.End);
                if (from < to) yield return new FrameRun(from, to - from);
            }
        }
    }

    private void Cut(int at, FrameRun run, long first, long count)
    {
        var low = new FrameRun(run.First, first - run.First);
        var high = new FrameRun(first + count, run.End - first - count);
        if (low.Count > 0 && high.Count > 0)
        {
            _free[at] = low;
            _free.Insert(at + 1, high);
        }
        else if (low.Count > 0) _free[at] = low;
        else if (high.Count > 0) _free[at] = high;
        else _free.RemoveAt(at);
    }
}
