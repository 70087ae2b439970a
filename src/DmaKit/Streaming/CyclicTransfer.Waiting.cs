using System.Runtime.CompilerServices;

namespace DmaKit;

/// <content>Awaited writing and reading.</content>
public sealed partial class CyclicTransfer
{
    /// <summary>Waits until so many bytes can be appended, or are there to be read. Reports wake it: interrupts or a poll are needed.</summary>
    /// <param name="bytes">How many, 1 to <see cref="RingBytes"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the transfer was stopped, or drained, before.</returns>
    /// <exception cref="DmaMisuseException">Somebody waits already, or it was called in callback context.</exception>
    public ValueTask<bool> WaitAsync(long bytes, CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("CyclicTransfer.WaitAsync", "look at Space or Available, which do not wait");
        if (bytes < 1 || bytes > RingBytes) throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"{bytes} bytes are waited for; legal: 1 to {RingBytes}, the size of the ring.");
        lock (_gate)
        {
            if (Has(_dataWaiter, bytes)) return new ValueTask<bool>(Ready(bytes));
        }

        return _dataWaiter.WaitAsync(bytes, cancellationToken);
    }

    /// <summary>Waits until a report shows the device at a position, or beyond. Reports wake it: interrupts or a poll are needed.</summary>
    /// <param name="position">The position.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when the transfer was stopped before.</returns>
    /// <exception cref="DmaMisuseException">Somebody waits for a position already, or it was called in callback context.</exception>
    public ValueTask<bool> WaitForPositionAsync(long position, CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("CyclicTransfer.WaitForPositionAsync", "look at Position, which does not wait");
        lock (_gate)
        {
            if (Has(_positionWaiter, position)) return new ValueTask<bool>(_position >= position);
        }

        return _positionWaiter.WaitAsync(position, cancellationToken);
    }

    /// <summary>Appends all of it, waiting for room as often as needed.</summary>
    /// <param name="data">Whole frames.</param>
    /// <param name="cancellationToken">Gives up waiting; what was written stays.</param>
    /// <returns>How many bytes were written: fewer than given only when the transfer was stopped or drained meanwhile.</returns>
    /// <exception cref="ArgumentException">The data ends within a frame.</exception>
    /// <exception cref="DmaMisuseException">Another thread is writing, or the transfer captures.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        int done = 0;
        while (true)
        {
            done += Append(data.Span[done..]).Written;
            if (done == data.Length) return done;
            long part = Math.Max(FrameBytes, Math.Min(data.Length - done, PeriodBytes));
            if (!await WaitAsync(part, cancellationToken).ConfigureAwait(false)) return done;
        }
    }

    /// <summary>Reads what has been captured, waiting for a period, or for as much as fits.</summary>
    /// <param name="destination">Where to, one frame at least.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Position and number of bytes; 0 bytes only when the transfer is stopped and everything was read.</returns>
    /// <exception cref="DmaMisuseException">Another thread is reading, or the transfer plays.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CyclicRead> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, FrameBytes);
        await WaitAsync(Math.Max(FrameBytes, Math.Min(destination.Length, PeriodBytes)), cancellationToken).ConfigureAwait(false);
        return Read(destination.Span);
    }

    /// <summary>Called by a waiter that begins.</summary>
    internal void Begin(CyclicWaiter waiter, long needed)
    {
        lock (_gate) waiter.Arm(needed);
    }

    /// <summary>Called by a waiter whose caller gave up.</summary>
    internal bool TryEnd(CyclicWaiter waiter)
    {
        lock (_gate) return waiter.TryTake();
    }

    /// <summary>Under the gate: whether a waiter's time has come.</summary>
    internal bool Has(CyclicWaiter waiter, long needed) =>
        _state == CyclicState.Stopped
        || (waiter == _dataWaiter && (_state == CyclicState.Draining || Ready(needed)))
        || (waiter == _positionWaiter && _position >= needed);

    /// <summary>What a waiter that has ended tells its caller.</summary>
    internal bool Outcome(CyclicWaiter waiter, long needed)
    {
        lock (_gate) return waiter == _drainWaiter || (waiter == _positionWaiter ? _position >= needed : Ready(needed));
    }

    /// <summary>Under the gate: ends the waits whose time has come.</summary>
    private void WakeWaiters()
    {
        _dataWaiter.Look();
        _drainWaiter.Look();
        _positionWaiter.Look();
    }

    private bool Ready(long needed) => (IsPlayback ? SpaceNow : AvailableNow) >= needed;
}
