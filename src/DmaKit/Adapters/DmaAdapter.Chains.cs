namespace DmaKit;

public sealed partial class DmaAdapter
{
    /// <summary>
    /// Makes a chain's data reachable for the device as one transfer. Fragments that the device reaches are mapped where they lie; the others
    /// are copied through map registers, several to a page where they follow each other.
    /// </summary>
    /// <param name="data">The chain, or a range of it. Its bytes belong to the device, and the chain is not changed, until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaMappingException">The data does not fit one transfer under the adapter's constraints; map in parts.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context, or the chain was disposed.</exception>
    /// <exception cref="ArgumentException">The chain has fragments that can only be read, and the direction is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty, or does not lie in the chain.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or a buffer was disposed.</exception>
    public ValueTask<DmaMapping> MapAsync(ChainRange data, DmaDirection direction, CancellationToken cancellationToken = default) =>
        MapAsync(data, direction, default(MappingOptions), cancellationToken);

    /// <summary>As <see cref="MapAsync(ChainRange, DmaDirection, CancellationToken)"/>, with options.</summary>
    /// <param name="data">The chain, or a range of it. Its bytes belong to the device, and the chain is not changed, until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="options">What the mapping says about itself, and what it may use.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="MapAsync(ChainRange, DmaDirection, CancellationToken)"/>
    public ValueTask<DmaMapping> MapAsync(ChainRange data, DmaDirection direction, MappingOptions options, CancellationToken cancellationToken = default) =>
        MapWholeAsync(Ask(data, Checked(direction), options), cancellationToken);

    /// <summary>Makes as much of a chain's data reachable as fits one transfer: at least <paramref name="granularity"/> bytes, and a multiple of it unless it is all.</summary>
    /// <param name="data">The chain, or a range of it. Map <c>chain.Range(mapped)</c> when the mapping is complete.</param>
    /// <param name="direction">Which way the bytes go.</param>
    /// <param name="granularity">What a partial length must be a multiple of, such as the block size of a disk, in bytes.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaMappingException">Not even <paramref name="granularity"/> bytes fit.</exception>
    /// <inheritdoc cref="MapAsync(ChainRange, DmaDirection, CancellationToken)"/>
    public ValueTask<PartialMapping> MapUpToAsync(ChainRange data, DmaDirection direction, int granularity = 1, CancellationToken cancellationToken = default) =>
        MapUpToAsync(data, direction, granularity, default, cancellationToken);

    /// <summary>As <see cref="MapUpToAsync(ChainRange, DmaDirection, int, CancellationToken)"/>, with options.</summary>
    /// <param name="data">The chain, or a range of it. Map <c>chain.Range(mapped)</c> when the mapping is complete.</param>
    /// <param name="direction">Which way the bytes go.</param>
    /// <param name="granularity">What a partial length must be a multiple of, such as the block size of a disk, in bytes.</param>
    /// <param name="options">What the mapping says about itself, and what it may use.</param>
    /// <param name="cancellationToken">Gives up waiting: the call ends as cancelled or as granted, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="MapUpToAsync(ChainRange, DmaDirection, int, CancellationToken)"/>
    public ValueTask<PartialMapping> MapUpToAsync(
        ChainRange data, DmaDirection direction, int granularity, MappingOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(granularity);
        return MapPartAsync(Ask(data, Checked(direction), options), granularity, cancellationToken);
    }

    /// <summary>Makes a chain's data reachable for the device if that is possible without waiting. Legal in callback context.</summary>
    /// <param name="data">The chain, or a range of it. Its bytes belong to the device, and the chain is not changed, until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="mapping">The mapping.</param>
    /// <returns>False when map registers are short now, or others wait for them.</returns>
    /// <exception cref="DmaMappingException">The data does not fit one transfer under the adapter's constraints; map in parts.</exception>
    /// <exception cref="DmaMisuseException">The chain was disposed.</exception>
    /// <exception cref="ArgumentException">The chain has fragments that can only be read, and the direction is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty, or does not lie in the chain.</exception>
    /// <exception cref="ObjectDisposedException">The adapter or a buffer was disposed.</exception>
    public bool TryMap(ChainRange data, DmaDirection direction, out DmaMapping mapping) =>
        TryMap(data, direction, default, out mapping);

    /// <summary>As <see cref="TryMap(ChainRange, DmaDirection, out DmaMapping)"/>, with options.</summary>
    /// <param name="data">The chain, or a range of it. Its bytes belong to the device, and the chain is not changed, until the mapping is completed.</param>
    /// <param name="direction">Which way they go.</param>
    /// <param name="options">What the mapping says about itself, and what it may use.</param>
    /// <param name="mapping">The mapping.</param>
    /// <inheritdoc cref="TryMap(ChainRange, DmaDirection, out DmaMapping)"/>
    public bool TryMap(ChainRange data, DmaDirection direction, MappingOptions options, out DmaMapping mapping) =>
        TryMapCore(Ask(data, Checked(direction), options), out mapping);
}
