using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit;

/// <summary>What all ways to map have in common.</summary>
public sealed partial class DmaAdapter
{
    private readonly Stack<MappingSlot> _slots = new();

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
        _slots.Push(slot);
        _slotGate.Leave();
    }

    internal void Recycle(MapWaiter waiter)
    {
        lock (_gate) _waiters.Push(waiter);
    }

    private bool TryMapCore(MappingSlot slot, out DmaMapping mapping)
    {
        PlanOrDrop(slot, whole: true, 1);
        mapping = default;

        bool taken = false;
        try
        {
            // In the order that all keep: first the blocks, then the registers.
            taken = slot.TryTakeBlocks() && slot.TryTake();
        }
        finally
        {
            if (!taken) slot.Drop();
        }

        if (!taken) return false;

        mapping = BeginOrUndo(slot);
        return true;
    }

    private ValueTask<DmaMapping> MapWholeAsync(MappingSlot slot, CancellationToken cancellationToken)
    {
        PlanOrDrop(slot, whole: true, 1, cancellationToken, mayWait: true);
        if (!slot.TryTakeSimply()) return MapWithBlocksAsync(slot, cancellationToken);
        MapWaiter? waiter = TakeRest(slot, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<DmaMapping>(made.Mapping) : new ValueTask<DmaMapping>(waiter, waiter.Version);
    }

    private ValueTask<PartialMapping> MapPartAsync(MappingSlot slot, int granularity, CancellationToken cancellationToken)
    {
        PlanOrDrop(slot, whole: false, granularity, cancellationToken, mayWait: true);
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
        if (slot.RegisterCount > 0 || slot.NeedsTurn)
        {
            MapWaiter waiter;
            lock (_gate) waiter = _waiters.Count > 0 ? _waiters.Pop() : new MapWaiter(this);
            try
            {
                if (!waiter.Start(slot))
                {
                    waiter.CancelWith(cancellationToken);
                    return waiter;
                }
            }
            catch (ObjectDisposedException)
            {
                // The reservation that it would take from has gone.
                slot.Drop();
                throw;
            }

            Recycle(waiter);
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
        if (options.Request is null && options.Lease is null && options.Coalescer is null) return;
        DmaRequest.Check(options.Request, Domain);
        if (options.Lease is { } lease && lease.Adapter.Domain != Domain)
            throw new DmaMisuseException($"Reservation '{lease.Name}' is of domain '{lease.Adapter.Domain.Name}', and the mapping is of domain '{Domain.Name}'. Reserve registers there.");
        if (options.Coalescer is { } coalescer && coalescer.Adapter != this)
        {
            throw new DmaMisuseException(
                $"The coalescer's memory is that of another adapter ({coalescer.Adapter.Function.Info.Address}, {coalescer.Adapter.Constraints}). Make its pool or heap from the adapter that maps.");
        }
    }

    private MappingSlot NewSlot()
    {
        ThrowIfClosed();
        _slotGate.Enter();
        bool found = _slots.TryPop(out MappingSlot? slot);
        _slotGate.Leave();
        return found ? slot! : new MappingSlot(this);
    }

    private static void PlanOrDrop(MappingSlot slot, bool whole, int granularity, CancellationToken cancellationToken = default, bool mayWait = false)
    {
        try
        {
            if (mayWait) CallbackContext.Forbid("MapAsync", "use TryMap, which does not wait, or map before posting");
            cancellationToken.ThrowIfCancellationRequested();
            slot.Plan(whole, granularity);
        }
        catch
        {
            slot.Drop();
            throw;
        }
    }

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
