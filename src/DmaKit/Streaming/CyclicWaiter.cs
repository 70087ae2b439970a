using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>One awaited wait of a <see cref="CyclicTransfer"/>, used again by the next one: waiting allocates nothing in the steady state.</summary>
internal sealed class CyclicWaiter(CyclicTransfer transfer) : IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private long _needed;
    private bool _waiting;
    private bool _cancelled;
    private int _phases;
    private int _used;

    /// <summary>Waits until so many bytes can be moved; for draining, until the device has stopped.</summary>
    /// <returns>False when the transfer stopped before.</returns>
    /// <exception cref="DmaMisuseException">Somebody waits already.</exception>
    public ValueTask<bool> WaitAsync(long needed, CancellationToken token)
    {
        if (Interlocked.Exchange(ref _used, 1) != 0) throw transfer.Adapter.Function.Platform.Misuse.Refuse("ring-awaited-twice", transfer.Name, $"Somebody waits for ring '{transfer.Name}' already: one at a time.");
        _source.Reset();
        _token = token;
        _cancelled = false;
        _phases = 2;
        var task = new ValueTask<bool>(this, _source.Version);
        transfer.Begin(this, needed);
        _registration = token.UnsafeRegister(static waiter => ((CyclicWaiter)waiter!).Cancel(), this);
        EndPhase();
        return task;
    }

    /// <summary>Under the transfer's gate: begins, and ends at once when it can.</summary>
    public void Arm(long needed)
    {
        _needed = needed;
        _waiting = true;
        Look();
    }

    /// <summary>Under the transfer's gate: ends the wait when what was waited for has come.</summary>
    public void Look()
    {
        if (!_waiting || !transfer.Has(this, _needed)) return;
        _waiting = false;
        EndPhase();
    }

    void IThreadPoolWorkItem.Execute()
    {
        _registration.Dispose();
        if (_cancelled) _source.SetException(new OperationCanceledException($"The wait for ring '{transfer.Name}' was cancelled.", _token));
        else _source.SetResult(transfer.Outcome(this, _needed));
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        bool ended = _source.Version == token && _source.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (ended) Interlocked.Exchange(ref _used, 0);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (!transfer.TryEnd(this)) return;
        _cancelled = true;
        EndPhase();
    }

    /// <summary>Under the transfer's gate: takes the wait for its cancellation.</summary>
    public bool TryTake()
    {
        bool taken = _waiting;
        _waiting = false;
        return taken;
    }

    // It ends when it was decided and its registration is in place, whichever came last. Scheduling runs nothing here.
    private void EndPhase()
    {
        if (Interlocked.Decrement(ref _phases) == 0) transfer.Adapter.Function.Platform.Continuations.Schedule(this);
    }
}
