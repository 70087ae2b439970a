namespace DmaKit;

public sealed partial class DmaAdapter
{
    private readonly Stack<MappingSlot> _slots = new();
    private readonly Stack<MapWaiter> _waiters = new();

    /// <summary>
    /// Makes data reachable for the device. Memory of a system buffer or a common buffer is mapped where it lies if the device
    /// reaches it there; everything else is copied through map registers, for which this waits, first come first served.
    /// </summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaMappingException">The data does not fit one transfer under the adapter's constraints; map in parts.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context; use <see cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/> there.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or the buffer was disposed.</exception>
    public ValueTask<DmaMapping> MapAsync(Memory<byte> data, DmaDirection direction, CancellationToken cancellationToken = default)
    {
        MapWaiter? waiter = StartMap(data, Checked(direction), whole: true, 1, default, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<DmaMapping>(made.Mapping) : new ValueTask<DmaMapping>(waiter, waiter.Version);
    }

    /// <summary>As <see cref="MapAsync(Memory{byte}, DmaDirection, CancellationToken)"/>, for a request that has a name.</summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="options">What the mapping says about itself.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="MapAsync(Memory{byte}, DmaDirection, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(Memory<byte> data, DmaDirection direction, MappingOptions options, CancellationToken cancellationToken = default)
    {
        MapWaiter? waiter = StartMap(data, Checked(direction), whole: true, 1, options, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<DmaMapping>(made.Mapping) : new ValueTask<DmaMapping>(waiter, waiter.Version);
    }

    /// <summary>Makes data reachable for the device to read.</summary>
    /// <inheritdoc cref="MapAsync(Memory{byte}, DmaDirection, MappingOptions, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(ReadOnlyMemory<byte> data, MappingOptions options, CancellationToken cancellationToken = default)
    {
        MapWaiter? waiter = StartMap(data, DmaDirection.ToDevice, whole: true, 1, options, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<DmaMapping>(made.Mapping) : new ValueTask<DmaMapping>(waiter, waiter.Version);
    }

    /// <summary>Makes data reachable for the device to read.</summary>
    /// <inheritdoc cref="MapAsync(Memory{byte}, DmaDirection, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        MapWaiter? waiter = StartMap(data, DmaDirection.ToDevice, whole: true, 1, default, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<DmaMapping>(made.Mapping) : new ValueTask<DmaMapping>(waiter, waiter.Version);
    }

    /// <summary>Makes as much of the data reachable as fits one transfer: at least <paramref name="granularity"/> bytes, and a multiple of it unless it is all.</summary>
    /// <param name="data">The bytes. Those that are mapped belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="granularity">What a partial length must be a multiple of, such as the block size of a disk, in bytes.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaMappingException">Not even <paramref name="granularity"/> bytes fit.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or the buffer was disposed.</exception>
    public ValueTask<PartialMapping> MapUpToAsync(Memory<byte> data, DmaDirection direction, int granularity = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        MapWaiter? waiter = StartMap(data, Checked(direction), whole: false, granularity, default, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<PartialMapping>(made) : new ValueTask<PartialMapping>(waiter, waiter.Version);
    }

    /// <summary>As <see cref="MapUpToAsync(Memory{byte}, DmaDirection, int, CancellationToken)"/>, for a request that has a name.</summary>
    /// <param name="data">The bytes. Those that are mapped belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="granularity">What a partial length must be a multiple of, such as the block size of a disk, in bytes.</param>
    /// <param name="options">What the mapping says about itself.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="MapUpToAsync(Memory{byte}, DmaDirection, int, CancellationToken)"/>
    public ValueTask<PartialMapping> MapUpToAsync(
        Memory<byte> data, DmaDirection direction, int granularity, MappingOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        MapWaiter? waiter = StartMap(data, Checked(direction), whole: false, granularity, options, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<PartialMapping>(made) : new ValueTask<PartialMapping>(waiter, waiter.Version);
    }

    /// <summary>Makes as much of the data reachable for the device to read as fits one transfer.</summary>
    /// <inheritdoc cref="MapUpToAsync(Memory{byte}, DmaDirection, int, CancellationToken)"/>
    public ValueTask<PartialMapping> MapUpToAsync(ReadOnlyMemory<byte> data, int granularity = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        MapWaiter? waiter = StartMap(data, DmaDirection.ToDevice, whole: false, granularity, default, cancellationToken, out PartialMapping made);
        return waiter is null ? new ValueTask<PartialMapping>(made) : new ValueTask<PartialMapping>(waiter, waiter.Version);
    }

    /// <summary>Makes data reachable for the device if that is possible without waiting. Legal in callback context.</summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>False when map registers are short now, or others wait for them.</returns>
    /// <exception cref="DmaMappingException">The data does not fit one transfer under the adapter's constraints; map in parts.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or the buffer was disposed.</exception>
    public bool TryMap(Memory<byte> data, DmaDirection direction, out DmaMapping mapping) => TryMapCore(data, Checked(direction), default, out mapping);

    /// <summary>As <see cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/>, for a request that has a name.</summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="options">What the mapping says about itself.</param>
    /// <param name="mapping">The mapping.</param>
    /// <inheritdoc cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/>
    public bool TryMap(Memory<byte> data, DmaDirection direction, MappingOptions options, out DmaMapping mapping) =>
        TryMapCore(data, Checked(direction), options, out mapping);

    /// <summary>Makes data reachable for the device to read if that is possible without waiting. Legal in callback context.</summary>
    /// <inheritdoc cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/>
    public bool TryMap(ReadOnlyMemory<byte> data, out DmaMapping mapping) => TryMapCore(data, DmaDirection.ToDevice, default, out mapping);

    /// <summary>Kept by the map registers, once they have their memory.</summary>
    internal RegisterLimits? RegisterLimits { get; set; }

    /// <summary>How many of the domain's map registers are in reach; -1 as long as nobody asked. Kept by the map registers.</summary>
    internal int RegisterReach { get; set; } = -1;

    /// <summary>Where mappings wait for each other if the device takes no list.</summary>
    internal AdapterTurn Turn { get; }

    internal void Recycle(MappingSlot slot)
    {
        lock (_gate) _slots.Push(slot);
    }

    internal void Recycle(MapWaiter waiter)
    {
        lock (_gate) _waiters.Push(waiter);
    }

    private bool TryMapCore(ReadOnlyMemory<byte> data, DmaDirection direction, MappingOptions options, out DmaMapping mapping)
    {
        MappingSlot slot = PlanSlot(data, direction, whole: true, 1, options);
        mapping = default;
        if (!slot.TryTake())
        {
            Recycle(slot);
            return false;
        }

        mapping = BeginOrUndo(slot).Mapping;
        return true;
    }

    private MapWaiter? StartMap(
        ReadOnlyMemory<byte> data, DmaDirection direction, bool whole, int granularity, MappingOptions options, CancellationToken cancellationToken, out PartialMapping made)
    {
        CallbackContext.Forbid("MapAsync", "use TryMap, which does not wait, or map before posting");
        cancellationToken.ThrowIfCancellationRequested();
        MappingSlot slot = PlanSlot(data, direction, whole, granularity, options);
        made = default;
        if (slot.RegisterCount > 0 || slot.NeedsTurn)
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

        made = BeginOrUndo(slot);
        return null;
    }

    private MappingSlot PlanSlot(ReadOnlyMemory<byte> data, DmaDirection direction, bool whole, int granularity, MappingOptions options)
    {
        ThrowIfClosed();
        DmaRequest.Check(options.Request, Domain);
        if (data.IsEmpty) throw new ArgumentException("There is nothing to map: 0 bytes. A command without data takes the default mapping.", nameof(data));
        MappingSlot slot;
        lock (_gate) slot = _slots.Count > 0 ? _slots.Pop() : new MappingSlot(this);
        try
        {
            slot.Plan(data, direction, whole, granularity, options);
            return slot;
        }
        catch
        {
            Recycle(slot);
            throw;
        }
    }

    private static PartialMapping BeginOrUndo(MappingSlot slot)
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
