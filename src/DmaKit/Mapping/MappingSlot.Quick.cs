using System.Runtime.CompilerServices;
using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>The commonest requests by a short way. What they end in is what the long way would have made of them.</summary>
/// <remarks>
/// Short methods on it are inlined by order: a program that first mapped other requests has taught the compiler that this way is never gone.
/// </remarks>
internal sealed partial class MappingSlot
{
    /// <summary>Makes a mapping that goes through one register, or into one block, if what it takes is there and nobody waits for it.</summary>
    /// <returns>False where that is not so: nothing has been taken, and the long way is to be gone.</returns>
    public bool TryMakeQuickly(out DmaMapping mapping)
    {
        mapping = default;
        if (NeedsTurn || Request is not null || _lease is not null) return false;
        return _coalescer is not null ? TryCoalesceQuickly(_coalescer, ref mapping) : _fragmentCount == 1 && TryBounceQuickly(ref mapping);
    }

    private bool TryBounceQuickly(ref DmaMapping mapping)
    {
        ref readonly Fragment fragment = ref _fragments[0];
        if (!_plan.TryMakeOnePage(fragment, _start.Within, _asked) || !_mapRegisters.HasMemory || _mapRegisters.PointFromPages == 1) return false;
        int register = _mapRegisters.Shared.TryTakeOne(Adapter);
        if (register < 0) return false;
        _registers[0] = register;
        _taken = true;
        ((SystemBuffer)fragment.Keeper).Hold();
        (_held, BouncedBytes, CoalescedBytes) = (true, _asked, 0);
        if (Direction == DmaDirection.FromDevice)
        {
            ClearPages(register, _asked);
        }
        else
        {
            FragmentMemory.Copy(fragment.Start + (nint)_start.Within, _mapRegisters.HostOf(register), _asked);
            NoteCopied(register, _asked);
        }

        mapping = GoLive(new DmaElement(_mapRegisters.LogicalOf(register), _asked));
        return true;
    }

    private bool TryCoalesceQuickly(Coalescer coalescer, ref DmaMapping mapping)
    {
        if (coalescer.Pool is not { } pool || !_plan.TryMakeOneBlock(Fragments, _start, _asked, coalescer) || !pool.TryRent(out Block block)) return false;
        if (_poolBlocks.Length == 0) _poolBlocks = new Block[4];
        _poolBlocks[0] = block;
        _blockCount = 1;
        Hold();
        (BouncedBytes, CoalescedBytes) = (0, _asked);
        pool.PlaceOf(block, out nint host, out LogicalAddress logical);
        if (Direction == DmaDirection.FromDevice) FragmentMemory.Clear(host, _asked);
        else if (_chain is { IsNative: true } chain && chain.Length == _asked) FragmentMemory.GatherAll(Fragments, host);
        else FragmentMemory.Gather(Fragments, _start, host, _asked);
        coalescer.Count(_plan.CoalescedWhy, _asked);
        mapping = GoLive(new DmaElement(logical, _asked));
        return true;
    }

    /// <summary>It is one element, and everything is in its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DmaMapping GoLive(in DmaElement only)
    {
        (_elements[0], _elementCount) = (only, 1);
        (_posted, _pointedCount) = (false, 0);
        return GoLive();
    }
}
