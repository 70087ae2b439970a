namespace DmaKit;

public sealed partial class DmaAdapter
{
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
    public ValueTask<DmaMapping> MapAsync(Memory<byte> data, DmaDirection direction, CancellationToken cancellationToken = default) =>
        MapWholeAsync(Ask(data, Checked(direction), default), cancellationToken);

    /// <summary>As <see cref="MapAsync(Memory{byte}, DmaDirection, CancellationToken)"/>, for a request that has a name.</summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="options">What the mapping says about itself.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="MapAsync(Memory{byte}, DmaDirection, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(Memory<byte> data, DmaDirection direction, MappingOptions options, CancellationToken cancellationToken = default) =>
        MapWholeAsync(Ask(data, Checked(direction), options), cancellationToken);

    /// <summary>Makes data reachable for the device to read.</summary>
    /// <inheritdoc cref="MapAsync(Memory{byte}, DmaDirection, MappingOptions, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(ReadOnlyMemory<byte> data, MappingOptions options, CancellationToken cancellationToken = default) =>
        MapWholeAsync(Ask(data, DmaDirection.ToDevice, options), cancellationToken);

    /// <summary>Makes data reachable for the device to read.</summary>
    /// <inheritdoc cref="MapAsync(Memory{byte}, DmaDirection, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        MapWholeAsync(Ask(data, DmaDirection.ToDevice, default), cancellationToken);

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
        return MapPartAsync(Ask(data, Checked(direction), default), granularity, cancellationToken);
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
        return MapPartAsync(Ask(data, Checked(direction), options), granularity, cancellationToken);
    }

    /// <summary>Makes as much of the data reachable for the device to read as fits one transfer.</summary>
    /// <inheritdoc cref="MapUpToAsync(Memory{byte}, DmaDirection, int, CancellationToken)"/>
    public ValueTask<PartialMapping> MapUpToAsync(ReadOnlyMemory<byte> data, int granularity = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        return MapPartAsync(Ask(data, DmaDirection.ToDevice, default), granularity, cancellationToken);
    }

    /// <summary>As <see cref="MapUpToAsync(Memory{byte}, DmaDirection, int, CancellationToken)"/>, if that is possible without waiting. Legal in callback context.</summary>
    /// <param name="data">The bytes. Those that are mapped belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="granularity">What a partial length must be a multiple of, such as the block size of a disk, in bytes.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>False when map registers are short now, or others wait for them.</returns>
    /// <exception cref="DmaMappingException">Not even <paramref name="granularity"/> bytes fit.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or the buffer was disposed.</exception>
    public bool TryMapUpTo(Memory<byte> data, DmaDirection direction, int granularity, out PartialMapping mapping)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        return TryMapPartCore(Ask(data, Checked(direction), default), granularity, out mapping);
    }

    /// <summary>As <see cref="MapUpToAsync(ReadOnlyMemory{byte}, int, CancellationToken)"/>, if that is possible without waiting. Legal in callback context.</summary>
    /// <inheritdoc cref="TryMapUpTo(Memory{byte}, DmaDirection, int, out PartialMapping)"/>
    public bool TryMapUpTo(ReadOnlyMemory<byte> data, int granularity, out PartialMapping mapping)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        return TryMapPartCore(Ask(data, DmaDirection.ToDevice, default), granularity, out mapping);
    }

    /// <summary>Makes data reachable for the device if that is possible without waiting. Legal in callback context.</summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>False when map registers are short now, or others wait for them.</returns>
    /// <exception cref="DmaMappingException">The data does not fit one transfer under the adapter's constraints; map in parts.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or the buffer was disposed.</exception>
    public bool TryMap(Memory<byte> data, DmaDirection direction, out DmaMapping mapping) => TryMapCore(Ask(data, Checked(direction), default), out mapping);

    /// <summary>As <see cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/>, for a request that has a name.</summary>
    /// <param name="data">The bytes. They belong to the device until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="options">What the mapping says about itself.</param>
    /// <param name="mapping">The mapping.</param>
    /// <inheritdoc cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/>
    public bool TryMap(Memory<byte> data, DmaDirection direction, MappingOptions options, out DmaMapping mapping) =>
        TryMapCore(Ask(data, Checked(direction), options), out mapping);

    /// <summary>Makes data reachable for the device to read if that is possible without waiting. Legal in callback context.</summary>
    /// <inheritdoc cref="TryMap(Memory{byte}, DmaDirection, out DmaMapping)"/>
    public bool TryMap(ReadOnlyMemory<byte> data, out DmaMapping mapping) => TryMapCore(Ask(data, DmaDirection.ToDevice, default), out mapping);
}
