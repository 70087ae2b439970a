namespace DmaKit;

/// <summary>The common cases by a short way: one piece of memory, all of it in reach or all of it out of reach, and a device without odd limits.</summary>
internal sealed partial class MappingPlan
{
    /// <summary>Plans elements where the bytes lie.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be made anew.</returns>
    public bool TryMakeDirect(ReadOnlySpan<Fragment> chain, ChainCursor from, long asked)
    {
        if (chain.Length != 1 || asked > _limits.MaxTransferLength) return false;
        Begin(oneRun: false);
        return TryDirect(chain[0], from.Within, asked);
    }

    private bool TryDirect(in Fragment fragment, long within, long length)
    {
        if (fragment.Kind != FragmentKind.Native || !_withoutLimits || _limits.MaxElementLength < length || fragment.Length - within < length) return false;
        ulong highest = _limits.HighestAddress.Value;
        nint host = fragment.Start + (nint)within;
        if (fragment.Keeper is CommonBuffer common && common.Adapter.Domain == _domain)
        {
            LogicalAddress at = common.LogicalAddress + (host - common.Host);
            return TryAddDirect(0, length, at, highest);
        }

        while (Length < length)
        {
            if (!_domain.Memory.TryTranslate(host + (nint)Length, length - Length, out LogicalAddress at, out long contiguous)) return false;
            if (!TryAddDirect(Length, contiguous, at, highest)) return false;
        }

        return true;
    }

    /// <summary>Plans map registers for all of a piece that the device does not reach at all.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be begun anew.</returns>
    private bool TryBounced(in Fragment fragment, long within, long length, RegisterLimits registers)
    {
        bool oneRun = _limits.MaxElements == 1;
        int pages = PagesOf(length);
        if (!_withoutLimits || _limits.MaxElementLength < (oneRun ? length : _page) || fragment.Length - within < length) return false;
        if (pages > (oneRun ? registers.LongestRun : Math.Min(registers.Reachable, _limits.MaxElements))) return false;
        if (fragment.Kind == FragmentKind.Native)
        {
            if (fragment.Keeper is CommonBuffer) return false;
            if (_domain.Memory.TryTranslate(fragment.Start + (nint)within, length, out LogicalAddress at, out long contiguous)
                && (at <= _limits.HighestAddress || contiguous < length)) return false;
        }

        Begin(oneRun);
        (Registers, _stretches, Length, Why) = (pages, 1, length, CopyReasons.Reach);
        Add(new PlanSegment(0, length, CopyReasons.Reach, default));
        return true;
    }

    private bool TryAddDirect(long offset, long length, LogicalAddress at, ulong highest)
    {
        if (at.Value > highest || (ulong)(length - 1) > highest - at.Value) return false;
        Length = offset + length;
        if (_count > 0)
        {
            ref PlanSegment last = ref _segments[_count - 1];
            if (last.Address + last.Length == at)
            {
                last = last with { Length = last.Length + length };
                return true;
            }
        }

        if (_count == _limits.MaxElements) return false;
        Add(new PlanSegment(offset, length, CopyReasons.None, at));
        return true;
    }
}
