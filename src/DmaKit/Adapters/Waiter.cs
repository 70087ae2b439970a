namespace DmaKit;

/// <summary>An awaited call that stands in a <see cref="WaiterQueue{TWaiter}"/>. Reused from wait to wait: waiting allocates nothing in the steady state.</summary>
/// <remarks>Ends as granted or as cancelled, never both: who takes it out of the queue, under the lock of the queue's owner, decides.</remarks>
internal abstract class Waiter(DmaAdapter adapter) : IThreadPoolWorkItem
{
    private CancellationTokenRegistration _registration;
    private int _phases;

    /// <summary>The neighbour before it. The queue's.</summary>
    public Waiter? Previous { get; set; }

    /// <summary>The neighbour behind it. The queue's.</summary>
    public Waiter? Next { get; set; }

    /// <summary>Whether it is in the queue. The queue's.</summary>
    public bool Queued { get; set; }

    /// <summary>The adapter whose resources are waited for.</summary>
    protected DmaAdapter Adapter { get; } = adapter;

    /// <summary>What the caller gives up by.</summary>
    protected CancellationToken Token { get; private set; }

    /// <summary>Called once it is in the queue: from now on it may end.</summary>
    public void CancelWith(CancellationToken token)
    {
        Token = token;
        _registration = token.UnsafeRegister(static state => ((Waiter)state!).OnCancelled(), this);
        EndPhase();
    }

    void IThreadPoolWorkItem.Execute()
    {
        _registration.Dispose();
        Deliver();
    }

    /// <summary>Makes it ready for another wait.</summary>
    protected void Renew() => (_registration, _phases) = (default, 2);

    /// <summary>It ends when it was decided and its registration for cancellation is in place, whichever came last.</summary>
    protected void EndPhase()
    {
        if (Interlocked.Decrement(ref _phases) == 0) Adapter.Function.Platform.Continuations.Schedule(this);
    }

    /// <summary>The caller gave up: leaves the queue, and ends the phase if it was still in it.</summary>
    protected abstract void OnCancelled();

    /// <summary>Gives the caller the result, where continuations run.</summary>
    protected abstract void Deliver();
}
