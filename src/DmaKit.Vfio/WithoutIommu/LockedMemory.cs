using DmaKit.Native;
using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>
/// Memory for devices without an IOMMU: logical addresses are physical ones, of pages that are locked. What is contiguous is at most one huge page;
/// without huge pages it is what ordinary pages happen to be, usually one.
/// </summary>
/// <remarks>
/// Safe from any thread. Memory that was locked for common buffers stays locked until the platform closes. The kernel promises for no locked page that it keeps its
/// frame; that each did is checked when it is handed out and when it comes back, and what moved is reported as misuse.
/// </remarks>
internal sealed class LockedMemory : DomainMemory, IMemorySource
{
    private const int PagesOfHuge = (int)(LockedArea.HugeLength / PhysicalMemory.PageSize);
    private const int BatchPages = 64;

    // 16 MiB at the beginning are the kernel's own.
    private const long KeptFrames = (16L << 20) / PhysicalMemory.PageSize;

    // The kernel gives memory from where it likes. So many times it is asked again for one that a device with few address bits reaches.
    private const int MostTries = 64;

    private readonly Lock _gate = new();
    private readonly PageFrames _frames = new();
    private readonly RangeTable<HostRange> _ranges = new();
    private readonly List<LockedArea> _areas = [];
    private readonly List<LockedRun> _free = [];
    private readonly Dictionary<long, (LockedRun Run, long First, long Count)> _taken = [];
    private readonly long _most;
    private readonly MisuseLog _misuse;
    private long _held;
    private long _lastToken;
    private long _soughtBelow = KeptFrames - 1;
    private bool _closed;

    /// <summary>Locks nothing yet.</summary>
    /// <param name="most">The most that may be locked, in bytes.</param>
    /// <param name="registers">How many map registers there are.</param>
    /// <param name="misuse">Where a page that moved is reported.</param>
    internal LockedMemory(long most, int registers, MisuseLog misuse)
    {
        _most = most;
        _misuse = misuse;
        MapRegisterCount = registers;
    }

    public override int PageSize => PhysicalMemory.PageSize;

    public override bool Translates => false;

    public override int MapRegisterCount { get; }

    public override string? Shortage
    {
        get
        {
            lock (_gate)
            {
                return $"Without an IOMMU a common buffer is contiguous physically, so it is at most one huge page of {LockedArea.HugeLength} bytes: {_held} of {_most} bytes (MemoryBytes) are locked, and {HugePages.OfThisMachine().Free} huge pages are free. "
                    + $"Set more aside, best right after the machine has started: sysctl -w vm.nr_hugepages={_areas.Count(a => a.Length == LockedArea.HugeLength) + 64}";
            }
        }
    }

    public override bool TryAllocate(in RunRequest request, out MemoryRun run)
    {
        FrameRequest frames = LogicalMemory.ToFrames(request);
        lock (_gate)
        {
            ThrowIfClosed();
            if (TryTake(frames, 0, out run)) return true;
            if (frames.Count > PagesOfHuge || frames.Maximum <= _soughtBelow) return false;
            for (int tries = 0; tries < MostTries; tries++)
            {
                int known = _free.Count;
                if (!TryGrow(frames.Count)) return false;
                if (TryTake(frames, known, out run)) return true;
            }

            // There seems to be none that low, so that the next one does not lock as much again.
            if (frames.Maximum < MachineMemory.LastFrame) _soughtBelow = Math.Max(_soughtBelow, frames.Maximum);
            return false;
        }
    }

    public override long LargestRun(in RunRequest request)
    {
        FrameRequest frames = LogicalMemory.ToFrames(request);
        lock (_gate)
        {
            long best = 0;
            foreach (LockedRun run in _free) best = Math.Max(best, run.LargestRun(frames));
            if (frames.Maximum > _soughtBelow) best = Math.Max(best, (frames with { Minimum = 0, Maximum = MachineMemory.LastFrame }).LongestIn(0, Growth()));
            return best << PhysicalMemory.PageShift;
        }
    }

    public override bool Revoke(in MemoryRun run) => false;

    public override void ReleaseHost(in MemoryRun run)
    {
        lock (_gate)
        {
            if (!_taken.Remove(run.Token, out (LockedRun Run, long First, long Count) taken)) return;
            Check(taken.Run, taken.First, taken.Count);
            taken.Run.Free(taken.First, taken.Count);
        }
    }

    public override void ReleaseLogical(in MemoryRun run)
    {
        // Nothing is kept apart from the frames.
    }

    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        logical = default;
        contiguous = 0;
        if (!_ranges.TryFind(host, out HostRange range, out long offset)) return false;
        logical = new LogicalAddress(range.PhysicalAt(offset, out contiguous));
        contiguous = Math.Min(contiguous, length);
        return true;
    }

    public SystemBuffer AllocateSystemBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        long bytes = (length + PhysicalMemory.PageSize - 1) & -PhysicalMemory.PageSize;
        lock (_gate)
        {
            ThrowIfClosed();
            LockedArea? area = _held + bytes <= _most ? LockedArea.TryPlain(bytes) : null;
            if (area is null) throw new DmaResourceException($"The machine has no {length} bytes left for a system buffer: {_held} of {_most} bytes (MemoryBytes) are locked.", length, Math.Max(0, _most - _held));
            HostRange range = Keep(area);
            return new SystemBuffer(area.Host, length, _ => Release(area, range));
        }
    }

    public void Inspect()
    {
        lock (_gate)
            foreach ((LockedRun run, long first, long count) in _taken.Values) Check(run, first, count);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            foreach (LockedArea area in _areas) area.Dispose();
            _frames.Dispose();
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed) throw new DeviceLostException("The machine is closed: there is no memory any more.");
    }

    private bool TryTake(in FrameRequest request, int from, out MemoryRun run)
    {
        for (int i = from; i < _free.Count; i++)
        {
            LockedRun locked = _free[i];
            if (!locked.TryTake(request, out long first)) continue;
            if (!Check(locked, first, request.Count)) continue;
            nint host = locked.HostOf(first);
            long length = request.Count << PhysicalMemory.PageShift;
            HostMemory.Span(host, (int)length).Clear();
            long token = ++_lastToken;
            _taken.Add(token, (locked, first, request.Count));
            run = new MemoryRun(host, new LogicalAddress((ulong)first << PhysicalMemory.PageShift), length, token);
            return true;
        }

        run = default;
        return false;
    }

    /// <summary>Locks more: a huge page, or, where a single page is enough and there are no huge ones, some ordinary ones.</summary>
    private bool TryGrow(long count)
    {
        LockedArea? area = _held + LockedArea.HugeLength <= _most ? LockedArea.TryHuge() : null;
        if (area is null && count == 1 && _held + BatchPages * PhysicalMemory.PageSize <= _most) area = LockedArea.TryPlain(BatchPages * PhysicalMemory.PageSize);
        if (area is null) return false;
        nint host = area.Host;
        foreach (FrameRun run in Keep(area).Runs)
        {
            _free.Add(new LockedRun(host, run));
            host += (nint)(run.Count << PhysicalMemory.PageShift);
        }

        return true;
    }

    /// <summary>The longest run, in pages, that locking more could bring for certain.</summary>
    private long Growth()
    {
        if (_held + LockedArea.HugeLength <= _most && HugePages.OfThisMachine().Free > 0) return PagesOfHuge;
        return _held + BatchPages * PhysicalMemory.PageSize <= _most ? 1 : 0;
    }

    private HostRange Keep(LockedArea area)
    {
        HostRange range;
        try
        {
            range = new HostRange(area.Host, area.Length >> PhysicalMemory.PageShift, Merge(_frames.Of(area.Host, (int)(area.Length >> PhysicalMemory.PageShift))), InArena: false);
        }
        catch
        {
            area.Dispose();
            throw;
        }

        _areas.Add(area);
        _held += area.Length;
        _ranges.Add(range.Host, range.Length, range);
        return range;
    }

    private void Release(LockedArea area, HostRange range)
    {
        lock (_gate)
        {
            if (_closed) return;
            long[] now = _frames.Of(range.Host, (int)range.Pages);
            if (!Merge(now).AsSpan().SequenceEqual(range.Runs)) ReportMove(range.Host);
            _ranges.Remove(range.Host);
            _held -= area.Length;
            area.Retire();
        }
    }

    /// <summary>Whether pages are still where they were when they were locked.</summary>
    private bool Check(LockedRun run, long first, long count)
    {
        nint host = run.HostOf(first);
        long[] now = _frames.Of(host, (int)count);
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] == first + i) continue;
            run.Moved = true;
            ReportMove(host + (nint)i * PhysicalMemory.PageSize);
            return false;
        }

        return true;
    }

    private void ReportMove(nint host) => _misuse.Report(new MisuseReport(
        "page-moved",
        $"the kernel moved the locked page at 0x{host:x} to another physical address while a device may have used the old one: what it wrote is elsewhere in the machine's memory. "
        + "Huge pages do not move by themselves; for ordinary ones: sysctl -w vm.compact_unevictable_allowed=0",
        "memory"));

    /// <summary>Frames in order as runs. One that is not in memory is a run that leads nowhere and equals none.</summary>
    internal static FrameRun[] Merge(ReadOnlySpan<long> frames)
    {
        var runs = new List<FrameRun>();
        foreach (long frame in frames)
        {
            if (frame < 0) throw new DmaException("The kernel took a page away that was locked.");
            if (runs.Count > 0 && runs[^1].End == frame) runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else runs.Add(new FrameRun(frame, 1));
        }

        return [.. runs];
    }
}
