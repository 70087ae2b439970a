using System.Runtime.CompilerServices;

namespace DmaKit;

/// <summary>
/// How a request's bytes are made reachable: which stretches the device takes where they lie, which go through map registers, and how
/// much of the request fits the adapter's constraints. Takes nothing; reused from request to request.
/// </summary>
internal sealed partial class MappingPlan
{
    private readonly DmaConstraints _limits;
    private readonly int _page;
    private readonly int _pageShift;
    private readonly bool _withoutLimits;
    private readonly bool _oneElement;
    private readonly ulong _highest;
    private readonly long _longestOne;
    private readonly KnownRun _known;
    private PlanSegment[] _segments = new PlanSegment[4];
    private int _count;
    private int _stretches;

    public MappingPlan(DmaAdapter adapter)
    {
        _limits = adapter.Constraints;
        _page = adapter.Domain.Memory.PageSize;
        _pageShift = int.Log2(_page);
        _highest = _limits.HighestAddress.Value;
        _oneElement = _limits.MaxElements == 1;
        _known = new KnownRun(adapter.Domain);
        _longestOne = Math.Min(Math.Min(ChainWalker.LongestElement(_limits), _limits.Boundary == 0 ? long.MaxValue : _limits.Boundary), _limits.MaxTransferLength);
        _withoutLimits = _limits.ElementAlignment == 1 && _limits.LengthGranularity == 1 && _limits.Boundary == 0;
    }

    /// <summary>The stretches, in order.</summary>
    public ReadOnlySpan<PlanSegment> Segments => _segments.AsSpan(0, _count);

    /// <summary>How many bytes are covered.</summary>
    public long Length { get; private set; }

    /// <summary>How many map registers it takes.</summary>
    public int Registers { get; private set; }

    /// <summary>Whether the registers must be contiguous to the device.</summary>
    public bool NeedsOneRun { get; private set; }

    /// <summary>Why the stretches that are copied are so, and what limited the plan if it does not cover all.</summary>
    public CopyReasons Why { get; private set; }

    /// <summary>The most elements that a stretch becomes.</summary>
    public long MostElementsOf(in PlanSegment segment) => !segment.IsBounced ? 1
        : NeedsOneRun ? MostElements(segment.Length, crosses: true)
        : PagesOf(segment.Length) * MostElements(_page, crosses: false);

    /// <summary>Plans a mapping of as much of a request as fits.</summary>
    /// <param name="chain">The fragments.</param>
    /// <param name="from">Where the request starts.</param>
    /// <param name="asked">Its length in bytes.</param>
    /// <param name="registers">The most registers that it can get.</param>
    /// <param name="whole">Whether only all of it will do.</param>
    /// <param name="granularity">What the covered length must be a multiple of, unless it is all of the request.</param>
    /// <param name="coalescer">What may copy, or null.</param>
    public void Make(
        ReadOnlySpan<Fragment> chain, ChainCursor from, long asked, RegisterLimits registers, bool whole, int granularity, Coalescer? coalescer = null)
    {
        if (coalescer is null && chain.Length == 1 && TryBounced(chain[0], from.Within, asked, registers)) return;
        long length = Math.Min(asked, _limits.MaxTransferLength);
        if (_limits.LastElementGranular) length -= length % _limits.LengthGranularity;
        Begin(oneRun: false);
        bool coalesces = coalescer is not null && coalescer.Policy != CoalescingPolicy.Never;
        int headroom = coalesces ? coalescer!.Headroom : 0;
        if (length <= headroom) return;
        bool done = coalesces && TryCoalesce(chain, from, length, registers, whole, coalescer!);

        // Who wants headroom, or all in one block, is not helped by anything else.
        if (!done && headroom == 0 && !(coalesces && coalescer!.Policy == CoalescingPolicy.Whole))
        {
            MakePlain(chain, from, length, registers, whole, granularity);
        }
        else if (!done)
        {
            Begin(oneRun: false);
        }

        if (!done && !whole && coalesces && Length < length) CoalescePart(length, granularity, coalescer!);
        if (Length < asked) Trim(Rounded(Length, granularity, headroom));
    }

    /// <summary>Plans with map registers alone.</summary>
    private void MakePlain(ReadOnlySpan<Fragment> chain, ChainCursor from, long length, RegisterLimits registers, bool whole, int granularity)
    {
        var walker = new ChainWalker(_limits, _known, chain, from, length);
        // Pages that are no multiple of the granularity cannot be elements of their own.
        bool single = _oneElement || _page % _limits.LengthGranularity != 0;
        Walk(ref walker, length, single ? registers.LongestRun : registers.Reachable, oneRun: single, whole, granularity);
        if (Length < length && !single && Registers > 0)
        {
            // Too many elements where each register page is one of its own: adjacent registers merge into fewer.
            long without = Length;
            Walk(ref walker, length, registers.LongestRun, oneRun: true, whole, granularity);
            if (Length <= without)
                Walk(ref walker, length, registers.Reachable, oneRun: false, whole, granularity);
        }
    }

    /// <summary>The most bytes of a part of a request, with its headroom, that are not more than <paramref name="length"/>; 0 when that is no data.</summary>
    private long Rounded(long length, int granularity, int headroom)
    {
        long data = length - headroom;
        if (data <= 0) return 0;
        data -= data % granularity;
        while (data > 0 && _limits.LastElementGranular && (data + headroom) % _limits.LengthGranularity != 0) data -= granularity;
        return data > 0 ? data + headroom : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin(bool oneRun) =>
        (Length, Registers, _count, _stretches, _blockCount, NeedsOneRun, Why, CoalescedWhy) = (0, 0, 0, 0, 0, oneRun, CopyReasons.None, CopyReasons.None);

    /// <summary>How long the element is that begins at <paramref name="at"/>: split at boundary and element length.</summary>
    public long ElementAt(LogicalAddress at, long length)
    {
        if (length > _limits.MaxElementLength) length = ChainWalker.LongestElement(_limits);
        if (_limits.Boundary == 0) return length;
        return Math.Min(length, _limits.Boundary - (long)(at.Value & (ulong)(_limits.Boundary - 1)));
    }

    /// <summary>How many elements bytes at an address are.</summary>
    public long CountElements(LogicalAddress at, long length)
    {
        if (_limits.Boundary == 0 && length <= _limits.MaxElementLength) return 1;
        long count = 0;
        for (; length > 0; count++)
        {
            long piece = ElementAt(at, length);
            length -= piece;
            if (length > 0) at += piece;
        }

        return count;
    }

    private void Walk(scoped ref ChainWalker walker, long length, int registers, bool oneRun, bool whole, int granularity)
    {
        Begin(oneRun);
        walker.Restart();

        // A register page lies on a page and no better.
        if (_limits.ElementAlignment > _page) registers = 0;
        int elements = 0;
        while (elements < _limits.MaxElements && walker.Next(out ChainPart part))
        {
            if (_oneElement && part.Length < length && !TakenAlone(part, whole, granularity))
            {
                // One element is one run of registers for everything.
                CopyReasons why = part.Why;
                while (walker.Next(out ChainPart other)) why |= other.Why;
                part = new ChainPart(0, length, why | CopyReasons.Count, default);
            }

            Why |= part.Why;
            long fitted = part.Length;
            if (part.IsDirect) elements++;
            else fitted = FitBounced(part.Length, registers - Registers, oneRun, ref elements);
            if (fitted == 0) return;
            Next().Set(part.Offset, fitted, part.Why, part.Address);
            Length += fitted;
            if (!part.IsDirect) (Registers, _stretches) = (Registers + PagesOf(fitted), _stretches + 1);
            if (fitted < part.Length) return;
        }
    }

    /// <summary>
    /// Whether a device that takes one element gets this run where it lies, and the rest in later transfers: only one that has
    /// scatter-gather, and only if the caller takes parts.
    /// </summary>
    private bool TakenAlone(in ChainPart part, bool whole, int granularity) =>
        part.IsDirect && _limits.ScatterGather && !whole && part.Length >= granularity;

    /// <summary>How much of a stretch fits the registers and elements that are left. The registers' addresses are not known yet.</summary>
    private long FitBounced(long take, int registers, bool oneRun, ref int elements)
    {
        take = Math.Min(take, (long)registers * _page);
        int free = _limits.MaxElements - elements;
        if (take <= 0 || free <= 0) return 0;
        if (!oneRun)
        {
            // Each page is a run of its own; pages that happen to lie side by side only make fewer elements.
            long perPage = MostElements(_page, crosses: false);
            take = Math.Min(take, free / perPage * _page);
            elements += (int)(PagesOf(take) * perPage);
            return take;
        }

        // All stretches share one run. It is laid between two multiples of the boundary if it is short enough; else each may cross some.
        long boundary = _limits.Boundary;
        long had = (long)Registers * _page;
        if (boundary != 0 && _page % _limits.LengthGranularity != 0) take = Math.Min(take, boundary - had);
        if (take <= 0) return 0;
        long crossed = 0;
        if (boundary > _page && had <= boundary && had + take > boundary)
        {
            crossed = _stretches;
            if (crossed + MostElements(take, crosses: true) > free)
            {
                crossed = 0;
                take = boundary - had;
                if (take == 0) return 0;
            }
        }

        bool crosses = boundary > _page && had + take > boundary;
        if (MostElements(take, crosses) > free - crossed) take = MostBytes(take, free, crosses);
        elements += (int)(crossed + MostElements(take, crosses));
        return take;
    }

    /// <summary>The most elements that a stretch of registers can be.</summary>
    /// <param name="bytes">The length of the stretch.</param>
    /// <param name="crosses">Whether it may cross multiples of a boundary that is longer than a page.</param>
    private long MostElements(long bytes, bool crosses)
    {
        if (bytes <= 0) return 0;
        long longest = Math.Min(bytes, ChainWalker.LongestElement(_limits));
        long boundary = _limits.Boundary;
        if (boundary == 0 || (boundary > _page && !crosses)) return DivideUp(bytes, longest);

        // A stretch starts on a page.
        return boundary > _page
            ? DivideUp(bytes, longest) + DivideUp(bytes, boundary)
            : (bytes / boundary * DivideUp(boundary, Math.Min(boundary, longest))) + DivideUp(bytes % boundary, longest);
    }

    /// <summary>As many of the bytes of a stretch as are surely not more elements than are free.</summary>
    private long MostBytes(long bytes, int free, bool crosses)
    {
        long longest = Math.Min(bytes, ChainWalker.LongestElement(_limits));
        long boundary = _limits.Boundary;
        if (boundary != 0 && boundary <= _page) return Math.Min(bytes, free / DivideUp(boundary, Math.Min(boundary, longest)) * boundary);
        if (crosses) free -= (int)Math.Min(free, DivideUp(bytes, boundary));
        return longest > bytes / Math.Max(1, free) ? (free > 0 ? bytes : 0) : longest * free;
    }

    private static long DivideUp(long value, long by) => (value + by - 1) / by;

    private void Trim(long length)
    {
        while (Length > length)
        {
            ref PlanSegment last = ref _segments[_count - 1];
            long cut = Math.Min(Length - length, last.Length);
            if (last.IsBounced) Registers += PagesOf(last.Length - cut) - PagesOf(last.Length);
            last.Length -= cut;
            Length -= cut;
            if (last.Length != 0) return;
            if (last.IsCoalesced) _blockCount = last.Place == 0 ? last.Block : last.Block + 1;
            _count--;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref PlanSegment Next()
    {
        if (_count == _segments.Length) Array.Resize(ref _segments, _count * 2);
        return ref _segments[_count++];
    }

    private int PagesOf(long bytes) => (int)((bytes + _page - 1) >> _pageShift);
}
