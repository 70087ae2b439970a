namespace DmaKit;

/// <summary>The common case by a short way: one piece of memory, all of it in reach, and a device without odd limits.</summary>
internal sealed partial class MappingPlan
{
    /// <summary>Plans elements where the bytes lie.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be begun anew.</returns>
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
