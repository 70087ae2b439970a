using System.Numerics;
using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>
/// An address space behind the IOMMU: logical addresses are its own and never the physical ones, what is not mapped is not
/// reached, and scattered frames are contiguous to the device.
/// </summary>
internal sealed class TranslatedMemory : LogicalMemory
{
    // System buffers are mapped below 4 GiB, where every device reaches them, as long as that much is left for common buffers.
    private const long KeepBelow4G = LogicalSpace.PagesBelow4G / 4;

    private readonly Lock _gate = new();
    private readonly MachineMemory _memory;
    private readonly SystemMemory _buffers;
    private readonly IommuCounters _counters;
    private readonly PageTranslation _table;
    private readonly LogicalSpace _space;
    private readonly RangeTable<Mapped> _byHost = new();
    private readonly Dictionary<long, Mapped> _runs = [];
    private readonly List<FrameRun> _retired = [];
    private long _lastToken;

    /// <summary>Makes an address space in which nothing is mapped.</summary>
    /// <param name="memory">Where frames come from.</param>
    /// <param name="buffers">The machine's system buffers.</param>
    /// <param name="counters">Where work is counted.</param>
    /// <param name="table">The IOMMU's table of this space, with nothing in it.</param>
    internal TranslatedMemory(MachineMemory memory, SystemMemory buffers, IommuCounters counters, PageTranslation table)
    {
        _memory = memory;
        _buffers = buffers;
        _counters = counters;
        _table = table;
        _space = new LogicalSpace(table.Pages);
        Limits = new() { AddressBits = table.AddressBits };
        buffers.Releasing += Forget;
    }

    public override bool Translates => true;

    public override DmaConstraints Limits { get; }

    public override bool TryAllocate(in RunRequest request, out MemoryRun run)
    {
        FrameRequest pages = ToFrames(request);
        long large = _table.MapsHost ? _memory.Physical.LargePage >> PhysicalMemory.PageShift : 0;

        // An entry of the IOMMU leads to a whole large page only if both addresses are multiples of one.
        if (large > 0 && pages.Count >= large && TryAllocate(pages with { Alignment = Math.Max(pages.Alignment, large) }, large: true, out run)) return true;
        return TryAllocate(pages, large: false, out run);
    }

    private bool TryAllocate(in FrameRequest pages, bool large, out MemoryRun run)
    {
        run = default;
        if (!_space.TryTake(pages, out long first)) return false;
        if (!(large ? _memory.TryTakeLarge(pages.Count, out HostRange range) : TryTakeFrames(pages.Count, out range)))
        {
            _space.Free(first, pages.Count);
            return false;
        }

        lock (_gate)
        {
            if (!TryMap(Apart(first, pages, range), range, out Mapped mapped))
            {
                _memory.Release(range);
                return false;
            }

            long token = ++_lastToken;
            _runs.Add(token, mapped);
            run = new MemoryRun(range.Host, mapped.Logical, range.Length, token);
            return true;
        }
    }

    public override long LargestRun(in RunRequest request)
    {
        FrameAllocator frames = _memory.Frames;
        long largest = frames.LargestRun(new FrameRequest(1, 0, MachineMemory.LastFrame));
        if (_memory.Physical.CanScatter) largest = Math.Max(largest, frames.FramesIn(_memory.Space.MappingsLeft - 1));
        largest = Math.Min(Math.Min(largest, _table.PagesLeft), frames.FreeFrames - _table.FramesFor(largest));
        return Math.Max(0, Math.Min(largest, _space.LargestRun(ToFrames(request)))) << PhysicalMemory.PageShift;
    }

    public override bool Revoke(in MemoryRun run)
    {
        Mapped mapped;
        lock (_gate)
        {
            mapped = _runs[run.Token];
            Unmap(mapped);
        }

        _table.Settle(mapped.Page, mapped.Range.Pages);
        return _table.SettledIsProof;
    }

    public override void ReleaseHost(in MemoryRun run)
    {
        Revoke(run);
        Mapped mapped;
        lock (_gate)
        {
            mapped = _runs[run.Token];
            if (mapped.HostReleased) return;
            mapped.HostReleased = true;
        }

        _memory.Release(mapped.Range);
    }

    public override void ReleaseLogical(in MemoryRun run)
    {
        lock (_gate)
        {
            if (!_runs.Remove(run.Token, out Mapped? mapped)) return;
            Unmap(mapped);
            _space.Free(mapped.Page, mapped.Range.Pages);
        }
    }

    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        if (!_byHost.TryFind(host, out Mapped mapped, out long offset) && !TryMapBuffer(host, out mapped, out offset))
        {
            logical = default;
            contiguous = 0;
            return false;
        }

        logical = mapped.Logical + offset;
        contiguous = Math.Min(length, mapped.Range.Length - offset);
        return true;
    }

    public override MapRegisterKind MapRegisterKind => MapRegisterCount > 0 ? MapRegisterKind.IommuEntry : MapRegisterKind.None;

    public override int? PointFromPages => _table.PointFromPages;

    public override bool PointsAnywhere => _table.MapsHost;

    public override string? Shortage => _table.Shortage;

    public override bool TryOpenWindow(in MemoryRun run, LogicalAddress highest, out LogicalAddress window)
    {
        window = default;
        long count = run.Length >> PhysicalMemory.PageShift;
        long place = (long)(run.Logical.Value >> PhysicalMemory.PageShift);
        long period = (long)BitOperations.RoundUpToPowerOf2((ulong)count);
        FrameRequest pages = ToFrames(new RunRequest((count + period) << PhysicalMemory.PageShift, default, highest, PhysicalMemory.PageSize, 0));
        if (!_space.TryTake(pages, out long first)) return false;

        // Within so many there is one place that lies to multiples of any boundary as the run does.
        long start = first + ((place - first) & (period - 1));
        if (start > first) _space.Free(first, start - first);
        _space.Free(start + count, first + period - start);
        window = new LogicalAddress((ulong)start << PhysicalMemory.PageShift);
        return true;
    }

    public override bool TryPoint(LogicalAddress at, nint host, long length, DmaDirection direction)
    {
        long page = (long)(at.Value >> PhysicalMemory.PageShift);
        long count = length >> PhysicalMemory.PageShift;
        lock (_gate)
        {
            if (!(_table.MapsHost ? _table.TryMapHost(page, host, count, direction != DmaDirection.ToDevice) : TryMapFrames(page, host, count))) return false;
        }

        _counters.CountMap();
        return true;
    }

    public override void Unpoint(LogicalAddress at, long length)
    {
        long page = (long)(at.Value >> PhysicalMemory.PageShift);
        long count = length >> PhysicalMemory.PageShift;
        lock (_gate) _table.Unmap(page, count);
        _table.Settle(page, count);
        _counters.CountUnmap();
    }

    /// <inheritdoc/>
    internal override void BecomeQuiet()
    {
        lock (_gate)
        {
            foreach (FrameRun pages in _retired) _space.Free(pages.First, pages.Count);
            _retired.Clear();
        }
    }

    internal override bool TryReach(ulong address, bool isWrite, out nint host, out long contiguous, out string? refused)
    {
        long page = (long)(address >> PhysicalMemory.PageShift);
        long within = (long)(address & (PhysicalMemory.PageSize - 1));
        if (!_table.TryGet(page, out long frame))
        {
            host = 0;
            contiguous = 0;
            refused = "the IOMMU has no translation for that page";
            return false;
        }

        host = _memory.Physical.HostOf(frame) + (nint)within;
        contiguous = PhysicalMemory.PageSize - within;
        refused = null;
        return true;
    }

    private bool TryMapFrames(long page, nint host, long count)
    {
        for (long i = 0; i < count; i++)
        {
            if (TryFindFrame(host + (nint)(i << PhysicalMemory.PageShift), out long frame) && _table.TryMap(page + i, new FrameRun(frame, 1))) continue;
            _table.Unmap(page, i + 1);
            return false;
        }

        return true;
    }

    /// <summary>The frame behind a page of the program, be it mapped already or not.</summary>
    private bool TryFindFrame(nint host, out long frame)
    {
        frame = 0;
        HostRange? range = _byHost.TryFind(host, out Mapped mapped, out long offset) ? mapped.Range : _buffers.TryFind(host, out HostRange buffer, out offset) ? buffer : null;
        if (range is null) return false;
        frame = (long)(range.PhysicalAt(offset, out _) >> PhysicalMemory.PageShift);
        return true;
    }

    private bool TryTakeFrames(long count, out HostRange range)
    {
        if (_memory.TryTake(new FrameRequest(count, 0, MachineMemory.LastFrame), out long first))
        {
            range = new HostRange(_memory.Physical.HostOf(first), count, [new FrameRun(first, count)], InArena: true);
            return true;
        }

        try
        {
            return _memory.TryTakeScattered(count, aboveFirst: true, out range);
        }
        catch (DmaResourceException)
        {
            // Out of the host's mappings: for who asks it is as if memory were too fragmented.
            range = null!;
            return false;
        }
    }

    // A driver that mixes the two kinds of address up must not get away with it by luck: no page is where its frame is.
    private long Apart(long first, in FrameRequest pages, HostRange range)
    {
        if (!Coincides(first, range) || !_space.TryTake(pages, out long other)) return first;
        if (Coincides(other, range))
        {
            _space.Free(other, pages.Count);
            return first;
        }

        _space.Free(first, pages.Count);
        return other;
    }

    private static bool Coincides(long page, HostRange range)
    {
        foreach (FrameRun run in range.Runs)
        {
            if (run.First == page) return true;
            page += run.Count;
        }

        return false;
    }

    private bool TryMapBuffer(nint host, out Mapped mapped, out long offset)
    {
        lock (_gate)
        {
            if (_byHost.TryFind(host, out mapped, out offset)) return true;
            if (!_buffers.TryFind(host, out HostRange range, out offset)) return false;
            bool low = _space.FreeBelow4G - range.Pages >= KeepBelow4G;
            var request = new FrameRequest(range.Pages, 0, low ? LogicalSpace.PagesBelow4G - 1 : MachineMemory.LastFrame);
            bool taken = _space.TryTake(request, out long first)
                || (low && _space.TryTake(request = request with { Maximum = MachineMemory.LastFrame }, out first));
            if (!taken) return false;
            return TryMap(Apart(first, request, range), range, out mapped);
        }
    }

    /// <summary>Maps a range at pages that were taken for it, and gives those back when there is no room in the table.</summary>
    private bool TryMap(long first, HostRange range, out Mapped mapped)
    {
        mapped = new Mapped(first, range);
        if (!_table.TryMap(first, range))
        {
            // No device was told of them, and the IOMMU has not seen them.
            _table.Unmap(first, range.Pages);
            _space.Free(first, range.Pages);
            return false;
        }

        _byHost.Add(range.Host, range.Length, mapped);
        _counters.CountMap();
        return true;
    }

    private void Unmap(Mapped mapped)
    {
        if (mapped.Revoked) return;
        mapped.Revoked = true;
        _table.Unmap(mapped.Page, mapped.Range.Pages);
        _byHost.Remove(mapped.Range.Host);
        _counters.CountUnmap();
    }

    // A system buffer goes. Its logical range stays taken until the devices of this space were reset: one of them may still know it.
    private void Forget(HostRange range)
    {
        Mapped mapped;
        lock (_gate)
        {
            if (!_byHost.TryFind(range.Host, out mapped, out _) || mapped.Range != range) return;
            Unmap(mapped);
            _retired.Add(new FrameRun(mapped.Page, range.Pages));
        }

        _table.Settle(mapped.Page, range.Pages);
    }

    private sealed class Mapped(long page, HostRange range)
    {
        internal long Page { get; } = page;

        internal HostRange Range { get; } = range;

        internal LogicalAddress Logical { get; } = new((ulong)page << PhysicalMemory.PageShift);

        internal bool Revoked { get; set; }

        internal bool HostReleased { get; set; }
    }
}
