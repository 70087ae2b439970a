using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit;

/// <summary>What all ways to map have in common.</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Idle slots, those used last on top. What lies above is what lay there last: it is written again only where it is another.</summary>
    private MappingSlot[] _slots = new MappingSlot[8];
    private int _slotCount;

    /// <summary>Whose the slots are for a moment. Passed twice by every mapping.</summary>
    private BiasedGate _slotGate;

    private readonly Stack<MapWaiter> _waiters = new();

    /// <summary>Kept by the map registers, once they have their memory.</summary>
    internal RegisterLimits? RegisterLimits { get; set; }

    /// <summary>How many of the domain's map registers are in reach; -1 as long as nobody asked. Kept by the map registers.</summary>
    internal int RegisterReach { get; set; } = -1;

    /// <summary>Where mappings wait for each other if the device takes no list.</summary>
    internal AdapterTurn Turn { get; }

    internal void Recycle(MappingSlot slot)
    {
        _slotGate.Enter();
        if (_slotCount == _slots.Length) Array.Resize(ref _slots, _slotCount * 2);
        ref MappingSlot place = ref _slots[_slotCount++];
        if (place != slot) place = slot;
        _slotGate.Leave();
    }

    internal void Recycle(MapWaiter waiter)
    {
        lock (_gate) _waiters.Push(waiter);
    }

    private static bool TryMapCore(MappingSlot slot, out DmaMapping mapping)
    {
        try
        {
            return slot.TryMake(out mapping);
        }
        catch
        {
            slot.Undo();
            throw;
        }
    }

    private static bool TryMapPartCore(MappingSlot slot, int granularity, out PartialMapping mapping)
    {
        try
        {
            return slot.TryMakePart(granularity, out mapping);
        }
        catch
        {
            slot.Undo();
            throw;
        }
    }

    private ValueTask<DmaMapping> MapWholeAsync(MappingSlot slot, CancellationToken cancellationToken)
    {
        if (MakeOrPlan(slot, whole: true, 1, cancellationToken, out DmaMapping mapping)) return new ValueTask<DmaMapping>(mapping);
        if (!slot.TryTakeSimply()) return MapWithBlocksAsync(slot, cancellationToken);
        MapWaiter? waiter = TakeRest(slot, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<DmaMapping>(made.Mapping) : new ValueTask<DmaMapping>(waiter, waiter.Version);
    }

    private ValueTask<PartialMapping> MapPartAsync(MappingSlot slot, int granularity, CancellationToken cancellationToken)
    {
        if (MakeOrPlan(slot, whole: false, granularity, cancellationToken, out DmaMapping mapping)) return new ValueTask<PartialMapping>(new PartialMapping(mapping, 0));
        if (!slot.TryTakeSimply()) return MapPartWithBlocksAsync(slot, cancellationToken);
        MapWaiter? waiter = TakeRest(slot, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<PartialMapping>(made) : new ValueTask<PartialMapping>(waiter, waiter.Version);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DmaMapping> MapWithBlocksAsync(MappingSlot slot, CancellationToken cancellationToken) =>
        (await MapPartWithBlocksAsync(slot, cancellationToken).ConfigureAwait(false)).Mapping;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<PartialMapping> MapPartWithBlocksAsync(MappingSlot slot, CancellationToken cancellationToken)
    {
        try
        {
            await slot.TakeBlocksAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            slot.Drop();
            throw;
        }

        MapWaiter? waiter = TakeRest(slot, cancellationToken, out PartialMapping made);
        return waiter is null ? made : await new ValueTask<PartialMapping>(waiter, waiter.Version).ConfigureAwait(false);
    }

    /// <summary>Takes the turn and the registers of a planned mapping that has its blocks, and begins it.</summary>
    /// <returns>Who waits for them, or null when the mapping was made.</returns>
    private MapWaiter? TakeRest(MappingSlot slot, CancellationToken cancellationToken, out PartialMapping made)
    {
        made = default;
        try
        {
            if (IsDelayed(slot) || !slot.TryTake())
            {
                MapWaiter waiter;
                lock (_gate) waiter = _waiters.Count > 0 ? _waiters.Pop() : new MapWaiter(this);
                if (!waiter.Start(slot))
                {
                    waiter.CancelWith(cancellationToken);
                    return waiter;
                }

                Recycle(waiter);
            }
        }
        catch (ObjectDisposedException)
        {
            // The reservation that it would take from has gone.
            slot.Drop();
            throw;
        }

        long remaining = slot.Remaining;
        made = new PartialMapping(BeginOrUndo(slot), remaining);
        return null;
    }

    private MappingSlot Ask(ReadOnlyMemory<byte> data, DmaDirection direction, in MappingOptions options)
    {
        Check(options);
        if (data.IsEmpty) throw new ArgumentException("There is nothing to map: 0 bytes. A command without data takes the default mapping.", nameof(data));
        MappingSlot slot = NewSlot();
        slot.Ask(data, direction, options);
        return slot;
    }

    private MappingSlot Ask(in ChainRange data, DmaDirection direction, in MappingOptions options)
    {
        Check(options);
        MappingSlot slot = NewSlot();
        try
        {
            slot.Ask(data, direction, options);
            return slot;
        }
        catch
        {
            slot.Drop();
            throw;
        }
    }

    /// <summary>What a mapping names must lie in its own domain, and what copies for it must be its adapter's.</summary>
    private void Check(in MappingOptions options)
    {
        if (!options.NamesNothing || (options.Coalescer is { } coalescer && coalescer.Adapter != this)) CheckNamed(options);
    }

    private void CheckNamed(in MappingOptions options)
    {
        DmaRequest.Check(options.Request, Domain);
        if (options.Lease is { } lease && lease.Adapter.Domain != Domain)
            throw Function.Platform.Misuse.Refuse("reservation-of-another-domain", lease.Name, $"Reservation '{lease.Name}' is of domain '{lease.Adapter.Domain.Name}', and the mapping is of domain '{Domain.Name}'. Reserve registers there.");
        if (options.Coalescer is { } coalescer && coalescer.Adapter != this)
        {
            throw Function.Platform.Misuse.Refuse(
                "coalescer-of-another-adapter", Function.Info.Address, $"The coalescer's memory is that of another adapter ({coalescer.Adapter.Function.Info.Address}, {coalescer.Adapter.Constraints}). Make its pool or heap from the adapter that maps.");
        }
    }

    private MappingSlot NewSlot()
    {
        ThrowIfClosed();
        _slotGate.Enter();
        MappingSlot? slot = _slotCount > 0 ? _slots[--_slotCount] : null;
        _slotGate.Leave();
        return slot ?? new MappingSlot(this);
    }

    /// <summary>Makes a mapping that may wait, where that goes quickly; else plans it.</summary>
    /// <returns>Whether it was made.</returns>
    private static bool MakeOrPlan(MappingSlot slot, bool whole, int granularity, CancellationToken cancellationToken, out DmaMapping mapping)
    {
        try
        {
            CallbackContext.Forbid("MapAsync", "use TryMap, which does not wait, or map before posting");
            cancellationToken.ThrowIfCancellationRequested();
            mapping = default;
            if (slot.Adapter.Domain.Delays is null && slot.TryMakeQuickly(out mapping)) return true;
            slot.Plan(whole, granularity);
            return false;
        }
        catch
        {
            slot.Undo();
            throw;
        }
    }

    /// <summary>Whether a fault plan is asked first: only for what somebody could have to wait for.</summary>
    private bool IsDelayed(MappingSlot slot) => Domain.Delays is not null && (slot.NeedsTurn || slot.RegisterCount > 0);

    private static DmaMapping BeginOrUndo(MappingSlot slot)
    {
        try
        {
            return slot.Begin();
        }
        catch
        {
            slot.Free();
            throw;
        }
    }

    private static DmaDirection Checked(DmaDirection direction) => direction is DmaDirection.ToDevice or DmaDirection.FromDevice or DmaDirection.Both
        ? direction
        : throw new ArgumentOutOfRangeException(nameof(direction), direction, "A direction is ToDevice, FromDevice or Both.");
}
