namespace DmaKit.Devices;

/// <summary>What a network card's wire leads to: frames go out and come in, without their checksum.</summary>
/// <remarks>
/// The card sends, looks and takes in its turn; nothing here may block. What waits is told with <see cref="Notify"/>, from any thread. A port
/// belongs to one card, which closes it.
/// </remarks>
public abstract class NetworkPort : IDisposable
{
    private Action? _notified;

    /// <summary>Whether the link is up: a card without a link loses what it sends.</summary>
    public virtual bool IsUp => true;

    /// <summary>
    /// Whether frames wait on the wire until the card has room for them, as with Ethernet's pause frames. Otherwise they arrive when they
    /// arrive, and a card whose ring is full misses them.
    /// </summary>
    public bool WaitsForRoom { get; init; } = true;

    /// <summary>Called once by the card.</summary>
    /// <param name="notified">Asks for a turn of the card: there is a frame for it, or room for one. Safe from any thread.</param>
    /// <exception cref="InvalidOperationException">The port has a card already.</exception>
    public void Connect(Action notified)
    {
        ArgumentNullException.ThrowIfNull(notified);
        if (_notified is not null) throw new InvalidOperationException("The port has a card already: a wire has two ends, and this is one of them.");
        _notified = notified;
        Notify();
    }

    /// <summary>Sends a frame.</summary>
    /// <param name="frame">The frame; it is copied.</param>
    /// <returns>False when there is no room now: <see cref="Notify"/> says when there is.</returns>
    public abstract bool TrySend(ReadOnlySpan<byte> frame);

    /// <summary>Looks at the next frame that has come.</summary>
    /// <param name="frame">The frame, good until it is taken.</param>
    /// <returns>False when there is none now: <see cref="Notify"/> says when there is.</returns>
    public abstract bool TryPeek(out ReadOnlySpan<byte> frame);

    /// <summary>Takes the frame that was looked at off the wire.</summary>
    public abstract void Take();

    /// <summary>Closes what the port has open.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Tells the card that there is a frame for it, or room for one. From any thread.</summary>
    protected void Notify() => _notified?.Invoke();

    /// <summary>Closes what the port has open.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
