namespace DmaKit;

/// <summary>An awaited call that stands in a <see cref="WaitLine"/>. Reused from wait to wait: waiting allocates nothing in the steady state.</summary>
/// <remarks>Ends once, as granted, as cancelled or with an error: who takes it out of its line, under the line's gate, decides.</remarks>
internal abstract class Waiter(DmaAdapter adapter) : IThreadPoolWorkItem
{
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private Exception? _error;
    private int _phases;

    /// <summary>The neighbour before it. The queue's.</summary>
    public Waiter? Previous { get; set; }

    /// <summary>The neighbour behind it. The queue's.</summary>
    public Waiter? Next { get; set; }

    /// <summary>Whether it is in the queue. The queue's.</summary>
    public bool Queued { get; set; }

    /// <summary>The order of arrival. The queue's.</summary>
    public long Number { get; set; }

    /// <summary>Whether its request held something when it came, or came to hold something since. The account's, and the queue's while it stands there.</summary>
    public bool Holding { get; set; }

    /// <summary>For the account while it looks for deadlocks: whether it can have what it waits for.</summary>
    public bool Settled { get; set; }

    /// <summary>Where it stands.</summary>
    public WaitLine Line { get; protected set; } = null!;

    /// <summary>The request that what it waits for will serve, if it was named.</summary>
    public DmaRequest? Request { get; protected set; }

    /// <summary>How many units it waits for.</summary>
    public virtual long Wanted => 1;

    /// <summary>Whether the units must lie side by side.</summary>
    public virtual bool WantsOneRun => false;

    /// <summary>What its request holds once it was granted.</summary>
    public abstract Hold Hold { get; }

    /// <summary>The adapter whose resources are waited for.</summary>
    public DmaAdapter Adapter { get; } = adapter;

    /// <summary>Called once it is in the queue: from now on it may end.</summary>
    public void CancelWith(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(static state => ((Waiter)state!).LeaveIfQueued(), this);
        EndPhase();
    }

    /// <summary>It was taken out of its line, with what it waited for.</summary>
    public virtual void Granted() => EndPhase();

    /// <summary>It was taken out of its line, and gets nothing.</summary>
    public void Fail(Exception error)
    {
        _error = error;
        EndPhase();
    }

    void IThreadPoolWorkItem.Execute()
    {
        _registration.Dispose();
        Deliver(_error);
    }

    /// <summary>Makes it ready for another wait.</summary>
    protected void Renew(WaitLine line, DmaRequest? request)
    {
        (_registration, _token, _error, _phases) = (default, default, null, 2);
        (Line, Request, Holding) = (line, request, false);
    }

    /// <summary>It goes on to another line. A cancellation that came between the two found it in neither, and is made up for.</summary>
    protected void GoOn(WaitLine line)
    {
        Line = line;
        bool taken;
        try
        {
            taken = Adapter.Domain.Waits.TakeOrQueue(this);
        }
        catch (ObjectDisposedException e)
        {
            // What it would wait for has gone meanwhile. It is this caller's to know, not that of whoever gave something back.
            Fail(e);
            return;
        }

        if (taken) EndPhase();
        else if (_token.IsCancellationRequested) LeaveIfQueued();
    }

    /// <summary>It ends when it was decided and its registration for cancellation is in place, whichever came last.</summary>
    protected void EndPhase()
    {
        if (Interlocked.Decrement(ref _phases) == 0) Adapter.Function.Platform.Continuations.Schedule(this);
    }

    /// <summary>Gives the caller the result, where continuations run.</summary>
    /// <param name="error">Why it gets nothing; null when it was granted.</param>
    protected abstract void Deliver(Exception? error);

    private void LeaveIfQueued()
    {
        if (Adapter.Domain.Waits.TryLeave(this)) Fail(new OperationCanceledException(_token));
    }
}
