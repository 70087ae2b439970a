using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// One resource that callers wait for, and the line in which they stand: map registers, packets, blocks, pieces, an adapter's turn. What
/// it is made of is its subclass's business.
/// </summary>
/// <remarks>
/// Safe from any thread. The gate is held for a few instructions. Lock order: the account's gate, then that of one line; whoever holds a line's
/// gate calls nothing that takes another.
/// </remarks>
/// <param name="domain">Whose resource it is.</param>
/// <param name="gate">The resource's lock, where it has one that is held for other things, too; else the line has a gate of its own.</param>
internal abstract class WaitLine(DmaDomain domain, Lock? gate = null)
{
    private BiasedGate _own;
    private readonly WaiterQueue _queue = new();

    /// <summary>Under the gate: how many delays of a fault plan are running. While any is, nobody who waits is granted anything.</summary>
    private int _delays;

    public DmaDomain Domain { get; } = domain;

    /// <summary>Its name in reports.</summary>
    public abstract string Name { get; }

    /// <summary>How many units there are.</summary>
    public abstract long Total { get; }

    /// <summary>How many units are free.</summary>
    public abstract long Available { get; }

    /// <summary>How many callers wait.</summary>
    public int Waiting
    {
        get
        {
            using (Pass()) return Count;
        }
    }

    /// <summary>Under the gate: how many callers wait.</summary>
    public int Count => _queue.Count;

    /// <summary>Under the gate: whether nobody waits.</summary>
    public bool IsEmpty => _queue.Count == 0;

    /// <summary>Which look of the account prepared it; the account's.</summary>
    public long Look { get; set; }

    /// <summary>In which round of a look somebody stopped the line; the account's.</summary>
    public long Stopped { get; set; }

    /// <summary>How many units requests hold that are stuck, in the look of the moment.</summary>
    protected long Stuck { get; private set; }

    /// <summary>Under the gate: whether a caller of that class may take without passing somebody.</summary>
    protected bool IsOpenTo(bool holding) => _queue.IsOpenTo(holding);

    /// <summary>Takes what the waiter wants, or queues it.</summary>
    /// <returns>True when it was taken.</returns>
    public bool TakeOrQueue(Waiter waiter)
    {
        TimeSpan delay = Domain.Delays is { } delays ? delays.Next() : TimeSpan.Zero;
        using (Pass())
        {
            ThrowIfClosed();
            if (delay > TimeSpan.Zero) _delays++;
            if (_delays == 0 && IsOpenTo(waiter.Holding) && TryTake(waiter)) return true;
            _queue.Add(waiter);
        }

        if (delay > TimeSpan.Zero) new Delay(this).Start(delay);
        return false;
    }

    /// <summary>Takes a waiter out of the line. What it kept from others is granted by <see cref="GrantInOrder"/>.</summary>
    /// <returns>False when it was granted already: granted wins.</returns>
    public bool TryLeave(Waiter waiter)
    {
        using (Pass()) return Remove(waiter);
    }

    /// <summary>Takes the first out of the line, whoever it is: the resource is going.</summary>
    public bool TryTurnAway([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Waiter? waiter)
    {
        using (Pass())
        {
            waiter = _queue.First;
            return waiter is not null && Remove(waiter);
        }
    }

    /// <summary>Ends the waits of one adapter: its device does not let go of anything any more.</summary>
    public void TurnAway(DmaAdapter adapter, Exception error)
    {
        bool any = false;
        foreach (Waiter waiter in CopyWaiters())
        {
            if (waiter.Adapter != adapter || !TryLeave(waiter)) continue;
            Domain.Waits.TurnAway(waiter, error);
            any = true;
        }

        if (any) GrantInOrder();
    }

    /// <summary>Grants one that is not the first, if it fits now.</summary>
    public bool TryGrant(Waiter waiter)
    {
        using (Pass()) return _delays == 0 && waiter.Queued && TryTake(waiter) && Remove(waiter);
    }

    /// <summary>Something was given back, or somebody left: grants those who wait, in order. Called without any gate but the account's.</summary>
    public void GrantInOrder()
    {
        while (true)
        {
            Waiter? first;
            using (Pass())
            {
                first = _queue.First;
                if (first is null || _delays > 0 || !TryTake(first)) break;
                Remove(first);
            }

            Domain.Waits.Granted(first);
        }

        Domain.Waits.Changed();
    }

    /// <summary>The waiter's request came to hold something.</summary>
    public void MoveUp(Waiter waiter)
    {
        using (Pass()) _queue.MoveUp(waiter);
    }

    /// <summary>Copies who waits, in order, for a report.</summary>
    public Waiter[] CopyWaiters()
    {
        using (Pass())
        {
            var waiters = new Waiter[_queue.Count];
            int at = 0;
            for (Waiter? waiter = _queue.First; waiter is not null; waiter = waiter.Next) waiters[at++] = waiter;
            return waiters;
        }
    }

    /// <summary>A look begins: nobody is stuck.</summary>
    public virtual void BeginLook() => Stuck = 0;

    /// <summary>In a look: a stuck request holds this.</summary>
    public virtual void Occupy(in Hold hold) => Stuck += hold.Amount;

    /// <summary>In a look: the request can finish and give this back.</summary>
    public virtual void Vacate(in Hold hold) => Stuck -= hold.Amount;

    /// <summary>In a look: whether the waiter could be granted if all but the stuck requests had given back.</summary>
    public virtual bool Fits(Waiter waiter) => waiter.Wanted <= Total - Stuck;

    /// <summary>Enters the gate, and leaves it with what is returned.</summary>
    protected Passage Pass()
    {
        if (gate is null) _own.Enter();
        else gate.Enter();
        return new Passage(this);
    }

    /// <summary>Under the gate: takes what the waiter wants, if it is there.</summary>
    protected abstract bool TryTake(Waiter waiter);

    /// <summary>Under the gate: nobody waits any more.</summary>
    protected virtual void Emptied()
    {
    }

    /// <summary>Under the gate: nobody queues for what is gone.</summary>
    protected virtual void ThrowIfClosed()
    {
    }

    private bool Remove(Waiter waiter)
    {
        if (!_queue.Remove(waiter)) return false;
        if (IsEmpty) Emptied();
        return true;
    }

    private void Leave()
    {
        if (gate is null) _own.Leave();
        else gate.Exit();
    }

    private void EndDelay()
    {
        using (Pass()) _delays--;
        GrantInOrder();
    }

    /// <summary>A time in which nobody who waits is granted anything.</summary>
    private sealed class Delay(WaitLine line)
    {
        private ITimer? _timer;

        public void Start(TimeSpan time)
        {
            _timer = line.Domain.Platform.Clock.CreateTimer(static state => ((Delay)state!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(time, Timeout.InfiniteTimeSpan);
        }

        private void End()
        {
            _timer!.Dispose();
            line.EndDelay();
        }
    }

    /// <summary>Who is inside the gate.</summary>
    protected readonly ref struct Passage(WaitLine line)
    {
        /// <summary>Leaves.</summary>
        public void Dispose() => line.Leave();
    }
}
