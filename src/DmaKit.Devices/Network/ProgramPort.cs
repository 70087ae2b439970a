namespace DmaKit.Devices;

/// <summary>A wire whose other end is the program itself: it sees what the card sends, and sends frames to the card.</summary>
/// <remarks>The program's side: safe from any thread, for one who receives and one who sends at a time.</remarks>
public sealed class ProgramPort : NetworkPort
{
    private readonly FrameQueue _fromCard;
    private readonly FrameQueue _toCard;
    private readonly SemaphoreSlim _came = new(0);
    private readonly SemaphoreSlim _room = new(0);
    private int _waiting;

    /// <summary>Makes a port.</summary>
    /// <param name="capacity">How many frames are on their way in each direction at most: 1 or more.</param>
    public ProgramPort(int capacity = 64)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _fromCard = new FrameQueue(capacity) { Drained = Notify, Filled = WakeReceiver };
        _toCard = new FrameQueue(capacity) { Filled = Notify, Drained = () => _room.Release() };
    }

    /// <inheritdoc/>
    public override bool TrySend(ReadOnlySpan<byte> frame) => _fromCard.TryAdd(frame);

    /// <inheritdoc/>
    public override bool TryPeek(out ReadOnlySpan<byte> frame) => _toCard.TryPeek(out frame);

    /// <inheritdoc/>
    public override void Take() => _toCard.Take();

    /// <summary>The program sends a frame to the card, if there is room on the wire.</summary>
    /// <param name="frame">The frame; it is copied.</param>
    public bool TrySendToCard(ReadOnlySpan<byte> frame) => _toCard.TryAdd(frame);

    /// <summary>The program sends a frame to the card, waiting for room on the wire.</summary>
    /// <param name="frame">The frame; it is copied.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask SendToCardAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        while (!_toCard.TryAdd(frame.Span)) await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The program takes a frame that the card sent, if there is one.</summary>
    /// <param name="buffer">Where it goes; what has no room there is lost.</param>
    /// <param name="length">How many bytes the frame has.</param>
    public bool TryReceiveFromCard(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_fromCard.TryPeek(out ReadOnlySpan<byte> frame)) return false;
        length = frame.Length;
        frame[..Math.Min(length, buffer.Length)].CopyTo(buffer);
        _fromCard.Take();
        return true;
    }

    /// <summary>The program takes the next frame that the card sends.</summary>
    /// <param name="buffer">Where it goes; what has no room there is lost.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many bytes the frame has.</returns>
    public async ValueTask<int> ReceiveFromCardAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            // First say that somebody waits, then look: a frame that comes in between wakes.
            Interlocked.Exchange(ref _waiting, 1);
            if (TryReceiveFromCard(buffer.Span, out int length))
            {
                Interlocked.Exchange(ref _waiting, 0);
                return length;
            }

            await _came.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _came.Dispose();
        _room.Dispose();
    }

    private void WakeReceiver()
    {
        if (Interlocked.Exchange(ref _waiting, 0) != 0) _came.Release();
    }
}
