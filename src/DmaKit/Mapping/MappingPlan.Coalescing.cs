namespace DmaKit;

internal sealed partial class MappingPlan
{
    // Of a request that may be mapped in parts no more is looked at than a transfer is likely to take.
    private const int PartsLookedAt = 8192;

    private CoalescePart[] _parts = [];
    private int _partCount;
    private CoalesceSearch? _search;
    private long[] _blocks = new long[4];
    private int _blockCount;

    /// <summary>How long the blocks must be that it takes, in order.</summary>
    public ReadOnlySpan<long> Blocks => _blocks.AsSpan(0, _blockCount);

    /// <summary>Why something is coalesced; <see cref="CopyReasons.None"/> when nothing is.</summary>
    public CopyReasons CoalescedWhy { get; private set; }

    /// <summary>Plans all of a request in one block, where that is plain: by policy, or for a device that takes one element and gets several fragments.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be made.</returns>
    public bool TryMakeOneBlock(ReadOnlySpan<Fragment> chain, ChainCursor from, long length, Coalescer coalescer)
    {
        if (length > coalescer.Capacity || length > _longestOne || coalescer.Headroom > 0 || _limits.LengthGranularity != 1) return false;
        CopyReasons why = CopyReasons.Policy;
        if (coalescer.Policy != CoalescingPolicy.Whole)
        {
            if (coalescer.Policy == CoalescingPolicy.Never || !_oneElement || !BeginsWithAPart(chain, from, length)) return false;
            why = CopyReasons.Count;
        }

        Begin(oneRun: false);
        return BuildOne(length, why);
    }

    /// <summary>Plans with a coalescer: it mends what it mends, and registers are for reach. Covers nothing if that is not enough.</summary>
    private bool TryCoalesce(ReadOnlySpan<Fragment> chain, ChainCursor from, long length, RegisterLimits registers, bool whole, Coalescer coalescer)
    {
        Begin(oneRun: false);
        long block = LongestBlock(coalescer, length);
        if (coalescer.Policy == CoalescingPolicy.Whole)
        {
            if (block >= length) return BuildOne(length, CopyReasons.Policy);
            if (block == 0 || (length - 1) / block >= _limits.MaxElements) return false;
            TakeWhole(length, CopyReasons.Policy);
            return TryBuild(block, coalescer);
        }

        var walker = new ChainWalker(_limits, _known, chain, from, length);
        if (_oneElement && block >= length && walker.Next(out ChainPart first) && first.Length < length)
        {
            // Nothing to choose and no need to look on: what is not one part is one block.
            return BuildOne(length, CopyReasons.Count | first.Why);
        }

        walker.Restart();
        int limit = _limits.ElementAlignment > _page || _page % _limits.LengthGranularity != 0 ? 0 : registers.Reachable;
        CopyReasons why = ReadParts(ref walker, coalescer.Headroom, limit > 0, whole ? int.MaxValue : PartsLookedAt);
        Span<CoalescePart> parts = _parts.AsSpan(0, _partCount);
        if (why != CopyReasons.None || RegistersOf(parts) > limit)
        {
            if (block == 0) return false;
            _search ??= new CoalesceSearch();
            if (!_search.Choose(parts, _limits.MaxElements, block)) return false;
            if (RegistersOf(parts) > limit)
            {
                // There are not so many registers: what they were to bounce is coalesced.
                foreach (ref CoalescePart part in parts)
                    if (part.Why != CopyReasons.None) part.Elements = 0;
                if (!_search.Choose(parts, _limits.MaxElements, block)) return false;
            }

            CoalescedWhy = why;
        }

        return TryBuild(block, coalescer);
    }

    /// <summary>Plans to copy as much as goes into as many full blocks as there may be elements, if that is more than is covered already.</summary>
    private void CoalescePart(long length, int granularity, Coalescer coalescer)
    {
        long block = LongestBlock(coalescer, length);
        if (block == 0) return;
        int blocks = Math.Min(_limits.MaxElements, coalescer.MostBlocks);
        long most = block > length / blocks ? length : block * blocks;
        most = Rounded(most, granularity, coalescer.Headroom);
        if (most <= Length) return;
        Begin(oneRun: false);
        TakeWhole(most, CopyReasons.Count);
        TryBuild(block, coalescer);
    }

    /// <summary>
    /// Whether the first fragment alone is surely the first element, so that there are several: it is in reach and starts where it may, and
    /// the next one begins at another place in its page than it would have to. Says it without looking at either closely.
    /// </summary>
    private bool BeginsWithAPart(ReadOnlySpan<Fragment> chain, ChainCursor from, long length)
    {
        if (from.Fragment + 1 >= chain.Length || _limits.LengthGranularity != 1) return false;
        ref readonly Fragment first = ref chain[from.Fragment];
        ref readonly Fragment next = ref chain[from.Fragment + 1];
        if (first.Kind != FragmentKind.Native || next.Kind != FragmentKind.Native || first.Length - from.Within >= length) return false;

        // Pages are mapped whole, so that what lies side by side to the device has the same offsets in its pages here.
        if (((next.Start - (first.Start + (nint)first.Length)) & (_page - 1)) == 0) return false;
        nint host = first.Start + (nint)from.Within;
        return _known.TryFind(first.Keeper, host, 1, out LogicalAddress at, out _) && at.Value <= _highest && at.IsAligned(_limits.ElementAlignment);
    }

    /// <summary>The most bytes that one coalesced element can have; 0 when none can be had that keeps the granularity.</summary>
    private long LongestBlock(Coalescer coalescer, long length)
    {
        long block = Math.Min(coalescer.Capacity, ChainWalker.LongestElement(_limits));
        if (_limits.Boundary != 0) block = Math.Min(block, _limits.Boundary);
        return block < length ? block - block % _limits.LengthGranularity : block;
    }

    private void TakeWhole(long length, CopyReasons why)
    {
        if (_parts.Length == 0) _parts = new CoalescePart[16];
        _parts[0] = new CoalescePart { Length = length, Weight = length, Why = why, Copied = true };
        _partCount = 1;
    }

    /// <summary>Reads the parts of the request.</summary>
    /// <returns>Why some of them must be coalesced or there are too many; <see cref="CopyReasons.None"/> when neither.</returns>
    private CopyReasons ReadParts(ref ChainWalker walker, int headroom, bool canBounce, int most)
    {
        _partCount = 0;
        CopyReasons forced = CopyReasons.None;
        long perPage = MostElements(_page, crosses: false);
        long elements = 0;
        while (_partCount < most && walker.Next(out ChainPart part))
        {
            if (_partCount == _parts.Length) Array.Resize(ref _parts, Math.Max(16, _partCount * 2));
            ref CoalescePart made = ref _parts[_partCount++];
            CopyReasons why = part.Why;
            if (headroom > 0 && part.Offset == 0) why = (part.Length == headroom ? CopyReasons.None : why) | CopyReasons.Policy;
            made = new CoalescePart { Offset = part.Offset, Length = part.Length, Why = why, Address = part.Address };
            if (why == CopyReasons.None)
            {
                (made.Weight, made.Elements) = (part.Length, 1);
            }
            else if (why == CopyReasons.Reach && canBounce)
            {
                made.Elements = (int)Math.Min(int.MaxValue, PagesOf(part.Length) * perPage);
            }
            else
            {
                forced |= why;
            }

            elements += Math.Max(1, made.Elements);
        }

        if (elements > _limits.MaxElements) forced |= CopyReasons.Count;
        return forced;
    }

    /// <summary>How many map registers the parts take that are not coalesced.</summary>
    private long RegistersOf(ReadOnlySpan<CoalescePart> parts)
    {
        long pages = 0;
        foreach (ref readonly CoalescePart part in parts)
            if (!part.Copied && part.Why != CopyReasons.None) pages += PagesOf(part.Length);
        return pages;
    }

    /// <summary>All of it in one block.</summary>
    private bool BuildOne(long length, CopyReasons why)
    {
        (Why, CoalescedWhy, Length, _blocks[0], _blockCount) = (why, why, length, length, 1);
        Next().SetInBlock(0, length, why, 0, 0);
        return true;
    }

    /// <summary>Makes the segments, and places what is coalesced in blocks: as many elements to a block as go in.</summary>
    /// <returns>False when there are not so many blocks at all.</returns>
    private bool TryBuild(long longest, Coalescer coalescer)
    {
        long capacity = coalescer.Capacity;
        int alignment = _limits.ElementAlignment;
        long used = 0;
        for (int i = 0; i < _partCount;)
        {
            ref readonly CoalescePart part = ref _parts[i++];
            Why |= part.Why;
            if (!part.Copied)
            {
                Next().Set(part.Offset, part.Length, part.Why, part.Address);
                if (part.Why != CopyReasons.None) Registers += PagesOf(part.Length);
                Length += part.Length;
                continue;
            }

            (long offset, long left, CopyReasons why) = (part.Offset, part.Length, part.Why);
            for (; i < _partCount && _parts[i].Copied; i++) (left, why) = (left + _parts[i].Length, why | _parts[i].Why);
            CoalescedWhy |= why;
            if (why == CopyReasons.None) why = CopyReasons.Count;
            for (; left > 0; left -= Math.Min(left, longest))
            {
                long length = Math.Min(left, longest);
                used = (used + alignment - 1) & -(long)alignment;
                if (_blockCount == 0 || length > capacity - used)
                {
                    if (_blockCount == _blocks.Length) Array.Resize(ref _blocks, _blockCount * 2);
                    _blockCount++;
                    used = 0;
                }

                Next().SetInBlock(offset, length, why, _blockCount - 1, used);
                used += length;
                _blocks[_blockCount - 1] = used;
                offset += length;
                Length += length;
            }
        }

        return _blockCount <= coalescer.MostBlocks;
    }
}
