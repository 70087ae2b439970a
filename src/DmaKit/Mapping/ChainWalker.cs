namespace DmaKit;

/// <summary>
/// Goes through a request once and tells its parts in order: elements that keep every limit of the device where they lie, split at
/// boundary and element length, and between them the bytes that must be copied.
/// </summary>
/// <remarks>
/// All elements but the last have lengths that are multiples of the granularity, so that every element starts at a multiple of it, counted
/// from the start of the request. Neighbours that are contiguous to the device are one element, though they are different fragments.
/// </remarks>
internal ref struct ChainWalker
{
    private readonly DmaConstraints _limits;
    private readonly KnownRun _known;
    private readonly ulong _highest;
    private readonly ReadOnlySpan<Fragment> _chain;
    private readonly ChainCursor _from;
    private readonly long _end;
    private readonly long _longest;
    private readonly bool _plain;
    private readonly bool _raggedEnd;

    // The next bytes of the chain that were not looked at.
    private int _fragment;
    private long _within;
    private long _seen;

    // A stretch that is contiguous to the device or out of its reach, found but not yet told.
    private long _start;
    private long _stop;
    private LogicalAddress _address;
    private bool _reached;

    // The stretch behind it, if it was looked at already.
    private long _nextLength;
    private LogicalAddress _nextAddress;
    private bool _nextReached;

    private long _told;
    private long _elementStart;
    private long _elementEnd;

    /// <param name="limits">The limits of the device.</param>
    /// <param name="known">Where memory is to the device.</param>
    /// <param name="chain">The fragments.</param>
    /// <param name="from">Where the request starts.</param>
    /// <param name="length">Its length in bytes.</param>
    public ChainWalker(DmaConstraints limits, KnownRun known, ReadOnlySpan<Fragment> chain, ChainCursor from, long length)
    {
        _limits = limits;
        _known = known;
        _highest = limits.HighestAddress.Value;
        _chain = chain;
        _end = length;
        _from = from;
        (_fragment, _within) = (from.Fragment, from.Within);
        _plain = limits.ElementAlignment == 1 && limits.LengthGranularity == 1 && limits.Boundary == 0 && limits.MaxElementLength >= length;
        _raggedEnd = !limits.LastElementGranular;
        _longest = LongestElement(limits);
    }

    /// <summary>The longest element such that the next one may follow it without a gap, if there is such a length.</summary>
    public static long LongestElement(DmaConstraints limits)
    {
        long longest = limits.MaxElementLength;
        if (longest == long.MaxValue) return longest;

        // An alignment is a power of two: what it adds to the granularity is what that lacks of it.
        long step = limits.LengthGranularity * (limits.ElementAlignment / Math.Min(limits.ElementAlignment, limits.LengthGranularity & -limits.LengthGranularity));
        if (longest >= step) return longest - longest % step;
        return longest >= limits.LengthGranularity ? longest - longest % limits.LengthGranularity : longest;
    }

    /// <summary>Goes back to the start of the request.</summary>
    public void Restart()
    {
        (_fragment, _within, _seen) = (_from.Fragment, _from.Within, 0);
        (_start, _stop, _nextLength, _told, _elementStart, _elementEnd) = (0, 0, 0, 0, 0, 0);
    }

    /// <summary>The next part.</summary>
    /// <returns>False at the end of the request.</returns>
    public bool Next(out ChainPart part)
    {
        if (_told == _end)
        {
            part = default;
            return false;
        }

        CopyReasons why = CopyReasons.None;
        long from = _told;
        while (_elementEnd <= _told)
        {
            if (from == _stop)
            {
                if (from == _end)
                {
                    part = new ChainPart(_told, _end - _told, why, default);
                    _told = _end;
                    return true;
                }

                FindStretch();
            }

            if (FindElement(from, ref why)) break;
            from = _stop;
        }

        if (_elementStart > _told)
        {
            part = new ChainPart(_told, _elementStart - _told, why, default);
            _told = _elementStart;
            return true;
        }

        part = new ChainPart(_told, _elementEnd - _told, CopyReasons.None, _address + (_told - _start));
        _told = _elementEnd;
        return true;
    }

    /// <summary>Looks for the first element in the stretch at or behind <paramref name="from"/>.</summary>
    private bool FindElement(long from, ref CopyReasons why)
    {
        if (!_reached)
        {
            why |= CopyReasons.Reach;
            return false;
        }

        if (_plain)
        {
            (_elementStart, _elementEnd) = (from, _stop);
            return true;
        }

        int granularity = _limits.LengthGranularity;
        while (from < _stop)
        {
            long start = FirstStart(from, ref why);
            if (start >= _stop) return false;
            LogicalAddress at = _address + (start - _start);
            long end = Math.Min(_stop, start > long.MaxValue - _longest ? long.MaxValue : start + _longest);
            if (_limits.Boundary != 0) end = Math.Min(end, start + (_limits.Boundary - (long)(at.Value & (ulong)(_limits.Boundary - 1))));
            if (end != _end || !_raggedEnd)
            {
                long ragged = (end - start) % granularity;
                if (ragged != 0) why |= CopyReasons.Granularity;
                if (end - ragged == start)
                {
                    // Nothing fits between here and the boundary or the end of the stretch.
                    from = end;
                    continue;
                }

                end -= ragged;
            }

            (_elementStart, _elementEnd) = (start, end);
            return true;
        }

        return false;
    }

    /// <summary>The first byte at or behind <paramref name="from"/> at which an element may start; behind the stretch if there is none.</summary>
    private readonly long FirstStart(long from, ref CopyReasons why)
    {
        int granularity = _limits.LengthGranularity;
        long start = from;
        long ragged = start % granularity;
        if (ragged != 0)
        {
            why |= CopyReasons.Granularity;
            start += granularity - ragged;
        }

        int alignment = _limits.ElementAlignment;
        if (alignment == 1 || start >= _stop) return start;
        int off = (int)((_address + (start - _start)).Value & (ulong)(alignment - 1));
        if (off == 0) return start;
        why |= CopyReasons.Alignment;

        // A step changes the address by the granularity; addresses repeat, modulo the alignment, after as many steps at the most.
        if (int.IsPow2(granularity)) return (alignment - off) % granularity == 0 ? start + (alignment - off) : _stop;
        for (int i = 0; i < alignment && start < _stop; i++, start += granularity, off = (off + granularity) & (alignment - 1))
        {
            if (off == 0) return start;
        }

        return _stop;
    }

    /// <summary>Finds the next stretch: as long as it is contiguous to the device, or out of its reach.</summary>
    private void FindStretch()
    {
        if (_nextLength == 0) Look();
        (_start, _stop, _address, _reached) = (_stop, _stop + _nextLength, _nextAddress, _nextReached);
        _nextLength = 0;
        while (_seen < _end)
        {
            Look();
            if (_nextReached != _reached || (_reached && _nextAddress != _address + (_stop - _start))) return;
            _stop += _nextLength;
            _nextLength = 0;
        }
    }

    /// <summary>Asks where the next bytes are.</summary>
    private void Look()
    {
        ref readonly Fragment fragment = ref _chain[_fragment];
        long left = Math.Min(fragment.Length - _within, _end - _seen);
        _nextReached = fragment.Kind == FragmentKind.Native && TryReach(fragment.Keeper, fragment.Start + (nint)_within, ref left);
        _nextLength = left;
        _seen += left;
        _within += left;
        if (_within == fragment.Length) (_fragment, _within) = (_fragment + 1, 0);
    }

    /// <summary>Whether the device reaches the next bytes, and for how many of them the answer holds.</summary>
    private bool TryReach(object keeper, nint host, ref long length)
    {
        // Where reach begins again is not asked for: a run above it ends above it.
        if (!_known.TryFind(keeper, host, length, out _nextAddress, out long contiguous)) return false;
        length = contiguous;
        if (_nextAddress.Value > _highest) return false;
        ulong inReach = _highest - _nextAddress.Value;
        if ((ulong)(length - 1) > inReach) length = (long)inReach + 1;
        return true;
    }
}
