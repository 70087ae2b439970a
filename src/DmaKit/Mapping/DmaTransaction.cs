using System.Runtime.CompilerServices;

namespace DmaKit;

/// <summary>
/// A transfer that may be larger than one mapping can be: it goes in stages, each as long as map registers and the device's limits allow. Between
/// two stages nothing is held, so that it waits for its next registers with empty hands.
/// </summary>
/// <remarks>
/// <para>Made by <see cref="DmaAdapter.CreateTransaction"/>, and used again for the next request. <c>Begin</c>, then for each stage
/// <see cref="StageAsync"/>, program the device with <see cref="Stage"/>, and <see cref="Complete(long)"/> with what the device transferred, as long as that returns false.</para>
/// <para>For one caller at a time: it checks the order of the calls, not their threads. Once there were as many stages before, nothing is allocated for one.</para>
/// </remarks>
public sealed class DmaTransaction : IDisposable
{
    private readonly DmaTransactionOptions _options;
    private ReadOnlyMemory<byte> _memory;
    private ChainRange _chain;
    private DmaDirection _direction;
    private DmaMapping _stage;
    private long _stageLength;

    internal DmaTransaction(DmaAdapter adapter, DmaTransactionOptions options)
    {
        Adapter = adapter;
        _options = options;
    }

    /// <summary>The adapter whose device does the transfer.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>How far it is.</summary>
    public DmaTransactionState State { get; private set; }

    /// <summary>The length of the whole transfer in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>How many bytes were transferred, in the stages that are complete.</summary>
    public long Transferred { get; private set; }

    /// <summary>How many bytes are still to go, those of the stage of the moment included.</summary>
    public long Remaining => Length - Transferred;

    /// <summary>How many stages were mapped so far.</summary>
    public int Stages { get; private set; }

    /// <summary>The mapping of the stage: hand its elements to the device. It can be posted with a command, which ends it.</summary>
    /// <exception cref="DmaMisuseException">Nothing is staged.</exception>
    public DmaMapping Stage
    {
        get
        {
            Expect(DmaTransactionState.Staged, "Stage");
            return _stage;
        }
    }

    /// <summary>Begins a transfer. Nothing is mapped yet.</summary>
    /// <param name="data">The bytes. They belong to the device, stage by stage.</param>
    /// <param name="direction">Which way they go.</param>
    /// <exception cref="ArgumentException">There are no bytes.</exception>
    /// <exception cref="DmaMisuseException">The transfer before has not ended.</exception>
    public void Begin(Memory<byte> data, DmaDirection direction) => Begin(data, default, data.Length, direction);

    /// <summary>Begins a transfer to the device.</summary>
    /// <inheritdoc cref="Begin(Memory{byte}, DmaDirection)"/>
    public void Begin(ReadOnlyMemory<byte> data) => Begin(data, default, data.Length, DmaDirection.ToDevice);

    /// <summary>Begins a transfer of a chain or a part of one. The chain stays as it is until the transfer has ended.</summary>
    /// <inheritdoc cref="Begin(Memory{byte}, DmaDirection)"/>
    public void Begin(ChainRange data, DmaDirection direction) => Begin(default, data, data.Length, direction);

    /// <summary>Maps the next stage: as much of what is left as fits one mapping.</summary>
    /// <param name="cancellationToken">Gives up waiting for map registers; the transfer is then between two stages, and can go on or be disposed.</param>
    /// <exception cref="DmaMappingException">Not even one granule fits.</exception>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <exception cref="DmaMisuseException">Nothing was begun, or the stage before is not complete.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DmaMapping> StageAsync(CancellationToken cancellationToken = default)
    {
        Expect(DmaTransactionState.Begun, "StageAsync");
        State = DmaTransactionState.Staging;
        try
        {
            PartialMapping made = await MapNextAsync(cancellationToken).ConfigureAwait(false);
            (_stage, _stageLength) = (made.Mapping, made.Mapping.Length);
            Stages++;
            State = DmaTransactionState.Staged;
            return _stage;
        }
        finally
        {
            if (State == DmaTransactionState.Staging) State = DmaTransactionState.Begun;
        }
    }

    /// <summary>The device has transferred all of the stage.</summary>
    /// <returns>Whether that was the last one.</returns>
    /// <inheritdoc cref="Complete(long)"/>
    public bool Complete() => Complete(_stageLength);

    /// <summary>
    /// The device is done with the stage, and has transferred that much of it: the rest is planned anew and is part of the next stages. With 0 bytes
    /// the next stage is the same again.
    /// </summary>
    /// <param name="bytes">How many bytes of the stage the device transferred, from its start.</param>
    /// <returns>Whether all is transferred. If not, there is a next stage.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The stage has not that many bytes.</exception>
    /// <exception cref="DmaMisuseException">Nothing is staged, or the command that the stage was posted with has not ended.</exception>
    public bool Complete(long bytes)
    {
        EndStage(bytes, nameof(Complete));
        if (Remaining == 0) End(DmaTransactionState.Done);
        return State == DmaTransactionState.Done;
    }

    /// <summary>The device is done with the stage, has transferred that much of it, and will not transfer the rest: the transfer ends short.</summary>
    /// <param name="bytes">How many bytes of the stage the device transferred, from its start.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stage has not that many bytes.</exception>
    /// <exception cref="DmaMisuseException">Nothing is staged, or the command that the stage was posted with has not ended.</exception>
    public void CompleteFinal(long bytes)
    {
        EndStage(bytes, nameof(CompleteFinal));
        End(DmaTransactionState.Done);
    }

    /// <summary>Ends the transfer wherever it is. A stage that is mapped is abandoned: nothing of it is copied back. Never throws.</summary>
    public void Dispose()
    {
        if (State == DmaTransactionState.Staging)
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(
                "transaction-disposed-while-staging", "its next stage waits for map registers. Cancel the wait first; what it gets is not given back.", "DMA transaction"));
            return;
        }

        _stage.Dispose();
        End(DmaTransactionState.Idle);
    }

    private void Begin(ReadOnlyMemory<byte> memory, ChainRange chain, long length, DmaDirection direction)
    {
        if (State is not (DmaTransactionState.Idle or DmaTransactionState.Done))
            throw Refuse($"The transfer before is {State}, with {Remaining} of {Length} bytes to go: complete or dispose it, then begin another.");
        if (length <= 0) throw new ArgumentException("There is nothing to transfer: 0 bytes.", nameof(length));
        (_memory, _chain, _direction) = (memory, chain, direction);
        (Length, Transferred, Stages) = (length, 0, 0);
        State = DmaTransactionState.Begun;
    }

    private ValueTask<PartialMapping> MapNextAsync(CancellationToken cancellationToken)
    {
        long most = Math.Min(Remaining, _options.MaximumLength);
        if (most < Remaining) most = Math.Max(Math.Min(_options.Granularity, Remaining), most - (most % _options.Granularity));
        if (_chain.Length > 0)
            return Adapter.MapUpToAsync(new ChainRange(_chain.Chain, _chain.Offset + Transferred, most), _direction, _options.Granularity, _options.Mapping, cancellationToken);
        return Adapter.MapStageAsync(_memory.Slice((int)Transferred, (int)most), _direction, _options.Granularity, _options.Mapping, cancellationToken);
    }

    private void EndStage(long bytes, string call)
    {
        Expect(DmaTransactionState.Staged, call);
        if (bytes < 0 || bytes > _stageLength)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"The device transferred 0 to {_stageLength} bytes of this stage.");
        if (_stage.IsPosted)
            throw Adapter.Function.Platform.Misuse.Refuse(
                "mapping-touched-while-posted", Adapter.Function.Info.Address,
                "The command that the stage was posted with has not ended: until then the bytes are the device's. Await the command, then complete the stage.");

        // A command that the stage was posted with has ended the mapping already.
        if (_stage.Slot is not null) _stage.Complete(bytes);
        (_stage, _stageLength) = (default, 0);
        Transferred += bytes;
        State = DmaTransactionState.Begun;
    }

    private void End(DmaTransactionState state)
    {
        (_memory, _chain, _stage, _stageLength) = (default, default, default, 0);
        State = state;
    }

    private void Expect(DmaTransactionState state, string call)
    {
        if (State != state) throw Refuse($"{call} was called while the transaction is {State}; legal: {state}.");
    }

    private DmaMisuseException Refuse(string message) =>
        Adapter.Function.Platform.Misuse.Refuse("transaction-out-of-order", Adapter.Function.Info.Address, message);
}
