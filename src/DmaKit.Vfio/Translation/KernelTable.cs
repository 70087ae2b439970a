using DmaKit.Native;
using DmaKit.Platforms;
using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>
/// The IOMMU's table of an address space that the kernel keeps. Each range is one mapping of the kernel's, whatever frames it has, and pins its memory; taking it away is confirmed
/// when the call returns.
/// </summary>
/// <remarks>As <see cref="PageTranslation"/>: one writer at a time.</remarks>
internal sealed class KernelTable : PageTranslation
{
    // What the kernel allows a container unless its module was told otherwise.
    private const long UsualMappings = 65_535;

    private const int PageShift = PhysicalMemory.PageShift;

    private readonly KernelSpace _space;
    private readonly Func<long, nint> _hostOf;
    private readonly FrameRun[] _pages;
    private readonly SortedList<long, HostRange> _mapped = [];
    private string? _shortage;

    /// <summary>Makes the table of a space that has its IOMMU and no mapping.</summary>
    /// <param name="space">The space.</param>
    /// <param name="hostOf">Where a frame is in this process.</param>
    /// <param name="pointFromPages">From how many pages on mapping is cheaper than copying; null to measure it.</param>
    internal KernelTable(KernelSpace space, Func<long, nint> hostOf, int? pointFromPages)
    {
        PointFromPages = pointFromPages;
        _space = space;
        _hostOf = hostOf;
        (IReadOnlyList<(ulong First, ulong Last)> ranges, _) = space.Ask();
        _pages = WholePages(ranges);
        AddressBits = BitsOf(_pages);
    }

    internal override int AddressBits { get; }

    internal override bool SettledIsProof => true;

    internal override int? PointFromPages { get; }

    internal override bool MapsHost => true;

    internal override IEnumerable<FrameRun> Pages => _pages;

    internal override long PagesLeft => _space.Ask().Mappings == 0 ? 0 : _space.Locks.Left >> PageShift;

    internal override string? Shortage => _shortage;

    internal override bool TryMap(long page, FrameRun run) => TryMap(page, new HostRange(_hostOf(run.First), run.Count, [run], InArena: true));

    internal override bool TryMap(long page, HostRange range)
    {
        int error = _space.Map((ulong)page << PageShift, range.Host, range.Length, writable: true);
        if (error == 0)
        {
            _mapped.Add(page, range);
            _shortage = null;
            return true;
        }

        _shortage = Explain(error, range.Length, _mapped.Count, _space.Locks);
        return false;
    }

    internal override bool TryMapHost(long page, nint host, long count, bool writable) =>
        _space.Map((ulong)page << PageShift, host, count << PageShift, writable) == 0;

    internal override void Unmap(long page, long count)
    {
        _ = _space.Unmap((ulong)page << PageShift, count << PageShift);
        for (int i = FirstFrom(page); i < _mapped.Count && _mapped.GetKeyAtIndex(i) < page + count;) _mapped.RemoveAt(i);
    }

    internal override bool TryGet(long page, out long frame)
    {
        int i = FirstFrom(page + 1) - 1;
        frame = -1;
        if (i < 0) return false;
        HostRange range = _mapped.GetValueAtIndex(i);
        long offset = (page - _mapped.GetKeyAtIndex(i)) << PageShift;
        if (offset >= range.Length || offset < range.Large) return false;
        frame = (long)(range.PhysicalAt(offset, out _) >> PageShift);
        return true;
    }

    // Unmapping has flushed the IOMMU's caches before it returned.
    internal override void Settle(long page, long count)
    {
    }

    /// <summary>Why the kernel refused a mapping, and what mends it.</summary>
    /// <param name="error">Its error number.</param>
    /// <param name="length">How many bytes were asked for.</param>
    /// <param name="made">How many mappings there are in the container.</param>
    /// <param name="locks">How much memory may be locked.</param>
    internal static string Explain(int error, long length, long made, MemoryLock locks) => error switch
    {
        Errno.NoSpace => $"The kernel keeps a limited number of mappings for one container (dma_entry_limit of vfio_iommu_type1, {UsualMappings} by default): {made} are made. "
            + "Use fewer and longer buffers, with pools and heaps in them, or raise it: modprobe vfio_iommu_type1 dma_entry_limit=262144",
        Errno.NoMemory when locks.Limit is { } limit => $"Memory for devices is locked, and this process may lock {limit} bytes (RLIMIT_MEMLOCK): {locks.Locked} are, and {length} more were asked for. "
            + "Raise it: ulimit -l unlimited, LimitMEMLOCK=infinity in a systemd unit, or a memlock line in /etc/security/limits.conf.",
        Errno.NoMemory => $"The machine has no {length} bytes left that it can lock for devices.",
        _ => $"The kernel refused to map {length} bytes for devices: {Kernel.Words(error)}.",
    };

    /// <summary>The pages that lie whole in ranges of addresses.</summary>
    internal static FrameRun[] WholePages(IEnumerable<(ulong First, ulong Last)> ranges)
    {
        var runs = new List<FrameRun>();
        foreach ((ulong first, ulong last) in ranges)
        {
            long from = (long)(first >> PageShift) + ((first & ((ulong)PhysicalMemory.PageSize - 1)) != 0 ? 1 : 0);
            long to = (long)(last >> PageShift) + ((last & ((ulong)PhysicalMemory.PageSize - 1)) == (ulong)PhysicalMemory.PageSize - 1 ? 1 : 0);
            if (from < to) runs.Add(new FrameRun(from, to - from));
        }

        return [.. runs];
    }

    /// <summary>How many bits the highest address has.</summary>
    internal static int BitsOf(IReadOnlyList<FrameRun> pages) =>
        pages.Count == 0 ? 32 : Math.Max(32, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(pages[^1].End - 1)) + PageShift);

    private int FirstFrom(long page)
    {
        int low = 0;
        int high = _mapped.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_mapped.GetKeyAtIndex(middle) < page) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
