namespace DmaKit.Emulation;

/// <summary>A timer of a stepped machine's clock.</summary>
/// <remarks>Safe from any thread. The callback runs on the pump.</remarks>
internal sealed class SteppedTimer(Pump pump, TimerCallback callback, object? state) : ITimer
{
    private readonly Lock _gate = new();
    private Agenda.Entry? _entry;
    private TimeSpan _period;
    private bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (_disposed) return false;
            Cancel();
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan) _entry = pump.AddTimer(dueTime, new WorkItem(this));
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Cancel();
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Called by the pump when the time has come.</summary>
    internal void Fire()
    {
        lock (_gate)
        {
            if (_disposed) return;
            if (_period > TimeSpan.Zero) _entry = pump.AddTimer(_period, new WorkItem(this));
        }

        callback(state);
    }

    private void Cancel()
    {
        if (_entry is { } entry) pump.RemoveTimer(entry, this);
        _entry = null;
    }
}
