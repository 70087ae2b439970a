using System.Runtime.CompilerServices;

namespace DmaKit;

/// <summary>The common cases by a short way: one piece of memory, all of it in reach or all of it out of reach, and a device without odd limits.</summary>
internal sealed partial class MappingPlan
{
    /// <summary>Plans elements where the bytes lie, for a request that is one piece of memory.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be made.</returns>
    public bool TryMakeDirect(in Fragment fragment, long within, long length)
    {
        if (!_withoutLimits || length > _limits.MaxTransferLength || length > _limits.MaxElementLength) return false;
        if (fragment.Kind != FragmentKind.Native || fragment.Length - within < length) return false;
        nint host = fragment.Start + (nint)within;
        if (!_known.TryFind(fragment.Keeper, host, length, out LogicalAddress at, out long contiguous) || at.Value > _highest) return false;
        Begin(oneRun: false);
        while (TryAddDirect(Length, contiguous, at))
        {
            if (Length == length) return true;
            if (!_known.TryFind(fragment.Keeper, host + (nint)Length, length - Length, out at, out contiguous)) return false;
        }

        return false;
    }

    /// <summary>Plans one map register for a piece of the buffer that is known, where the device does not reach that.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be made.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMakeOnePage(in Fragment fragment, long within, long length)
    {
        if (length > _page || length > _longestOne || !_withoutLimits || fragment.Kind != FragmentKind.Native || fragment.Length - within < length) return false;
        if (!_known.IsBeyond(fragment.Keeper, fragment.Start + (nint)within, length, _highest)) return false;
        Begin(_oneElement);
        (Registers, _stretches, Length, Why) = (1, 1, length, CopyReasons.Reach);
        Next().Set(0, length, CopyReasons.Reach, default);
        return true;
    }

    /// <summary>Plans map registers for all of a piece that the device does not reach at all.</summary>
    /// <returns>False where anything needs more thought; the plan is then to be begun anew.</returns>
    private bool TryBounced(in Fragment fragment, long within, long length, RegisterLimits registers)
    {
        bool oneRun = _oneElement;
        int pages = PagesOf(length);
        if (!_withoutLimits || length > _limits.MaxTransferLength || _limits.MaxElementLength < (oneRun ? length : _page) || fragment.Length - within < length) return false;
        if (pages > (oneRun ? registers.LongestRun : Math.Min(registers.Reachable, _limits.MaxElements))) return false;
        if (fragment.Kind == FragmentKind.Native)
        {
            if (fragment.Keeper is CommonBuffer) return false;
            if (_known.TryFind(fragment.Keeper, fragment.Start + (nint)within, length, out LogicalAddress at, out long contiguous)
                && (at.Value <= _highest || contiguous < length)) return false;
        }

        Begin(oneRun);
        (Registers, _stretches, Length, Why) = (pages, 1, length, CopyReasons.Reach);
        Next().Set(0, length, CopyReasons.Reach, default);
        return true;
    }

    private bool TryAddDirect(long offset, long length, LogicalAddress at)
    {
        if (at.Value > _highest || (ulong)(length - 1) > _highest - at.Value) return false;
        Length = offset + length;
        if (_count > 0)
        {
            ref PlanSegment last = ref _segments[_count - 1];
            if (last.Address + last.Length == at)
            {
                last.Length += length;
                return true;
            }
        }

        if (_count == _limits.MaxElements) return false;
        Next().Set(offset, length, CopyReasons.None, at);
        return true;
    }
}
