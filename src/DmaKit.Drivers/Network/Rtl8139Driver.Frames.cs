using System.Runtime.CompilerServices;

namespace DmaKit.Drivers;

/// <content>Sending and receiving.</content>
public sealed partial class Rtl8139Driver
{
    /// <summary>Sends a frame, and waits until the card is done with it. Many may be under way; they go out in the order of the calls.</summary>
    /// <param name="frame">The frame without its checksum, 1 to <see cref="LongestSent"/> bytes. It belongs to the card until the call ends.</param>
    /// <param name="cancellationToken">Gives up. A frame that lies where the card reads it keeps the call until the card let go of it.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The frame is empty or too long.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The driver was closed.</exception>
    public ValueTask<TransmitStatus> SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        CheckLength(frame.Length);
        return SendCoreAsync(frame, default, cancellationToken);
    }

    /// <summary>Sends a frame that lies in pieces.</summary>
    /// <param name="frame">The frame without its checksum, 1 to <see cref="LongestSent"/> bytes. Chain and bytes belong to the card until the call ends.</param>
    /// <param name="cancellationToken">Gives up. A frame that lies where the card reads it keeps the call until the card let go of it.</param>
    /// <inheritdoc cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public ValueTask<TransmitStatus> SendAsync(BufferChain frame, CancellationToken cancellationToken = default)
    {
        CheckLength(frame.Length);
        return SendCoreAsync(default, frame, cancellationToken);
    }

    /// <summary>Receives the next frame.</summary>
    /// <param name="buffer">Where it goes; what has no room there is lost, and counted. <see cref="LongestReceived"/> bytes are always enough.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many bytes the frame has, without its checksum.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The driver was closed, before or while waiting.</exception>
    /// <exception cref="DeviceLostException">The card is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("Rtl8139Driver.ReceiveAsync", "use TryReceive, which does not wait");
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            WaitingLine.Place? place = _receiver.TakeOrJoin(buffer.Span, out int length);
            if (place is null) return length;
            await place.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Receives the next frame, if one has come.</summary>
    /// <param name="buffer">Where it goes; what has no room there is lost, and counted.</param>
    /// <param name="length">How many bytes the frame has, without its checksum.</param>
    public bool TryReceive(Span<byte> buffer, out int length) => _receiver.TryTake(buffer, out length);

    /// <summary>Receives frames for ever, each good until the next is asked for.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The driver was closed.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var buffer = new byte[LongestReceived];
        while (true)
        {
            int length = await ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            yield return buffer.AsMemory(0, length);
        }
    }

    private static void CheckLength(long length)
    {
        if (length is < 1 or > LongestSent)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"The frame has {length} bytes; the card sends 1 to {LongestSent}.");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TransmitStatus> SendCoreAsync(ReadOnlyMemory<byte> whole, BufferChain pieces, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            ValueTask<CommandOutcome<TransmitReply>> posted = await PrepareAsync(whole, pieces, cancellationToken).ConfigureAwait(false);
            return Judge(await posted.ConfigureAwait(false), cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Maps and posts a frame in its turn; what follows goes on meanwhile.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueTask<CommandOutcome<TransmitReply>>> PrepareAsync(ReadOnlyMemory<byte> whole, BufferChain pieces, CancellationToken cancellationToken)
    {
        ValueTask<CommandOutcome<TransmitReply>> posted;
        await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // The packet first and map registers second, always.
            using Command<ShortFrame, TransmitReply> packet = await _transmitter.Pool.RentAsync(cancellationToken).ConfigureAwait(false);
            DmaMapping mapping = default;
            if (_options.PadShortFrames && (whole.IsEmpty ? pieces.Length : whole.Length) < ShortFrame.Least) Pad(packet, whole, pieces);
            else if (whole.IsEmpty) mapping = await Adapter.MapAsync(pieces, DmaDirection.ToDevice, _mapping, cancellationToken).ConfigureAwait(false);
            else mapping = await Adapter.MapAsync(whole, _mapping, cancellationToken).ConfigureAwait(false);
            posted = Post(packet, mapping, cancellationToken);
        }
        finally
        {
            _turn.Exit();
        }

        return posted;
    }

    private void Pad(Command<ShortFrame, TransmitReply> packet, ReadOnlyMemory<byte> whole, BufferChain pieces)
    {
        var padded = default(ShortFrame);
        if (whole.IsEmpty) pieces.CopyTo(padded);
        else whole.Span.CopyTo(padded);
        packet.Packet = padded;
        _transmitter.Describe(packet.Tag, packet.LogicalAddress, ShortFrame.Least);
    }

    private ValueTask<CommandOutcome<TransmitReply>> Post(Command<ShortFrame, TransmitReply> packet, DmaMapping mapping, CancellationToken cancellationToken)
    {
        try
        {
            ThrowIfClosed();
            if (!mapping.IsEmpty)
            {
                DmaElement element = mapping.Elements[0];
                _transmitter.Describe(packet.Tag, element.Address, (int)element.Length);
            }

            return packet.PostAsync(mapping, _transmitter, _options.SendTimeout, cancellationToken);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    private TransmitStatus Judge(in CommandOutcome<TransmitReply> outcome, CancellationToken cancellationToken) => outcome.Status switch
    {
        CommandStatus.Completed => outcome.Reply.Status,
        CommandStatus.TimedOut => TransmitStatus.TimedOut,
        CommandStatus.Cancelled => throw new OperationCanceledException(cancellationToken),
        CommandStatus.DeviceLost => TransmitStatus.DeviceLost,
        _ => TransmitStatus.Closed,
    };

    private void Enter()
    {
        Interlocked.Increment(ref _active);
        if (_closing == 0) return;
        Leave();
        ThrowIfClosed();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _active) == 0) _drained.TrySetResult();
    }

    private void ThrowIfClosed()
    {
        if (_closing != 0) throw new ObjectDisposedException(nameof(Rtl8139Driver), $"The driver of {_function.Info.Address} was closed.");
    }
}
