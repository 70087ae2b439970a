using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>Address space of this process in which scattered frames, and large pages, are shown side by side.</summary>
/// <remarks>
/// Safe from any thread. Places are carved one after the other and never used twice, so that a late access of the program meets
/// nobody else's bytes. Retired places lie side by side as private zero pages, which the host keeps as one mapping.
/// </remarks>
internal sealed class VirtualSpace(PhysicalMemory memory, long limit) : IDisposable
{
    private const long ChunkLength = 64L << 30;
    private const long UsualHostLimit = 65530;

    private readonly Lock _gate = new();
    private readonly List<(nint At, long Length)> _chunks = [];

    // Places of large pages begin and end at multiples of them: those of both kinds side by side would leave gaps.
    private readonly Row _pages = new(PhysicalMemory.PageSize);
    private readonly Row _largePages = new(memory.LargePage);
    private long _mappings;
    private long _large;

    /// <summary>Mappings of the host in use.</summary>
    internal long Mappings
    {
        get
        {
            lock (_gate) return _mappings;
        }
    }

    /// <summary>Mappings of the host that may still be made.</summary>
    internal long MappingsLeft
    {
        get
        {
            lock (_gate) return limit - _mappings;
        }
    }

    /// <summary>How many bytes lie in large pages.</summary>
    internal long Large
    {
        get
        {
            lock (_gate) return _large;
        }
    }

    /// <summary>Half of what the host allows a process: the other half is the program's own.</summary>
    internal static long HostLimit()
    {
        const string File = "/proc/sys/vm/max_map_count";
        long allowed = UsualHostLimit;
        if (System.IO.File.Exists(File) && long.TryParse(System.IO.File.ReadAllText(File).AsSpan().Trim(), out long count)) allowed = count;
        return allowed / 2;
    }

    /// <summary>Shows frames side by side.</summary>
    /// <exception cref="DmaResourceException">The host maps no more ranges.</exception>
    internal nint Show(FrameRun[] runs, long pages)
    {
        nint at = Carve(_pages, pages << PhysicalMemory.PageShift, Cost(runs, large: false));
        ShowFrames(at, runs, 0);
        return at;
    }

    /// <summary>Shows large pages, as many of them as lie whole in the length and the host has left, and frames behind them.</summary>
    /// <param name="runs">As many frames as the length has: those that large pages stand for are not shown.</param>
    /// <param name="pages">The length in frames, that of a large page or more.</param>
    /// <param name="range">The range, which begins at a multiple of a large page.</param>
    /// <returns>False when the host has not one large page left: nothing is shown then.</returns>
    /// <exception cref="DmaResourceException">The host maps no more ranges.</exception>
    internal bool TryShowLarge(FrameRun[] runs, long pages, out HostRange range)
    {
        long length = pages << PhysicalMemory.PageShift;
        long cost = Cost(runs, large: true);
        nint at = Carve(_largePages, length, cost);
        long large = memory.ShowLarge(at, length & -memory.LargePage);
        range = new HostRange(at, pages, runs, InArena: false) { Large = large };
        if (large == 0)
        {
            lock (_gate)
            {
                _largePages.PutBack(at, length);
                _mappings -= cost;
            }

            return false;
        }

        lock (_gate) _large += large;
        try
        {
            ShowFrames(at, runs, large);
            return true;
        }
        catch
        {
            Retire(range);
            throw;
        }
    }

    /// <summary>Replaces the frames, and what lies in large pages, by zero pages.</summary>
    internal void Retire(HostRange range)
    {
        lock (_gate)
        {
            // After the machine was closed the place is the host's again.
            if (_chunks.Count == 0) return;
            Row row = range.Large > 0 ? _largePages : _pages;
            memory.ShowZeros(range.Host, row.Whole(range.Length));
            _mappings -= Cost(range.Runs, range.Large > 0);
            _large -= range.Large;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((nint at, long length) in _chunks) memory.Unreserve(at, length);
            _chunks.Clear();
            _pages.Left = 0;
            _largePages.Left = 0;
        }
    }

    // One for each run, one for the retired place that may follow, and with large pages one for them and one for the gap behind.
    private static long Cost(FrameRun[] runs, bool large) => runs.Length + (large ? 3 : 1);

    private void ShowFrames(nint at, FrameRun[] runs, long from)
    {
        long offset = 0;
        foreach (FrameRun run in runs)
        {
            long length = run.Count << PhysicalMemory.PageShift;
            long skip = Math.Max(0, from - offset) >> PhysicalMemory.PageShift;
            if (skip < run.Count) memory.ShowFrames(at + (nint)(offset + (skip << PhysicalMemory.PageShift)), run.First + skip, run.Count - skip);
            offset += length;
        }
    }

    private nint Carve(Row row, long length, long cost)
    {
        lock (_gate)
        {
            if (_mappings + cost > limit)
            {
                throw new DmaResourceException(
                    $"A buffer of 0x{length:X} bytes lies in {cost - 1} scattered pieces, and the machine already uses {_mappings} of the {limit} mappings "
                    + $"it allows itself (half of vm.max_map_count). Mend it with: sysctl -w vm.max_map_count={NeededCount(cost)}",
                    length, 0);
            }

            if (row.Left < row.Whole(length))
            {
                // The first place of a chunk may begin later than the chunk does.
                long chunk = Math.Max(ChunkLength, length + 2 * row.Grain);
                nint start = memory.Reserve(chunk);
                _chunks.Add((start, chunk));
                row.Next = (nint)row.Whole(start);
                row.Left = start + chunk - row.Next;
            }

            _mappings += cost;
            return row.Take(length);
        }
    }

    private long NeededCount(long cost) => Math.Max(262_144, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(2 * (_mappings + cost))));

    /// <summary>Where the next place is carved, in multiples of a grain.</summary>
    private sealed class Row(long grain)
    {
        internal long Grain => grain;

        internal nint Next { get; set; }

        internal long Left { get; set; }

        internal long Whole(long length) => (length + grain - 1) & -grain;

        internal nint Take(long length)
        {
            nint at = Next;
            Next += (nint)Whole(length);
            Left -= Whole(length);
            return at;
        }

        /// <summary>Nobody was told of a place. If another was carved since, it stays unused.</summary>
        internal void PutBack(nint at, long length)
        {
            if (Next != at + (nint)Whole(length)) return;
            Next = at;
            Left += Whole(length);
        }
    }
}
