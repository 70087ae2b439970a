using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>
/// The one loop of a stepped machine: devices' turns, interrupts, timers and continuations, in the order they were asked for, on
/// the thread that drains it. Its clock stands still while there is anything to do.
/// </summary>
/// <remarks>Asking is safe from any thread; draining belongs to one thread at a time.</remarks>
internal sealed class Pump : WorkLoop
{
    // So many events without the clock moving on are no work any more but two parties that wake each other for ever.
    private const long MostAtOneInstant = 50_000_000;

    private readonly object _gate = new();
    private readonly Queue<WorkItem> _ready = new();
    private readonly Agenda _agenda = new();
    private long _now;
    private bool _draining;

    internal Pump()
    {
        Clock = new SteppedClock(this);
        Continuations = new Scheduler(this);
    }

    internal SteppedClock Clock { get; }

    internal ContinuationScheduler Continuations { get; }

    /// <summary>The machine's time, in ticks of 100 ns since it was made.</summary>
    internal long Now => Interlocked.Read(ref _now);

    /// <summary>When the next timer is due; <see cref="long.MaxValue"/> when there is none.</summary>
    internal long NextDue
    {
        get
        {
            lock (_gate) return _agenda.NextDue;
        }
    }

    internal override void Post(in WorkItem item)
    {
        lock (_gate)
        {
            _ready.Enqueue(item);
            Monitor.Pulse(_gate);
        }
    }

    internal override void PostLater(TimeSpan delay, in WorkItem item)
    {
        lock (_gate) _agenda.Add(Later(delay), item);
    }

    internal Agenda.Entry AddTimer(TimeSpan delay, in WorkItem item)
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
            return _agenda.Add(Later(delay), item);
        }
    }

    /// <summary>Takes a timer's entry out, unless it has fired and the entry is somebody else's by now.</summary>
    internal void RemoveTimer(Agenda.Entry entry, SteppedTimer timer)
    {
        lock (_gate)
        {
            if (entry.Index >= 0 && entry.Item.Work == timer) _agenda.Remove(entry);
        }
    }

    internal override void Forget(DeviceHost host)
    {
        lock (_gate) _agenda.RemoveAll(host);
    }

    internal override ValueTask DrainAsync() => ValueTask.CompletedTask;

    internal override ValueTask StopAsync()
    {
        lock (_gate)
        {
            _ready.Clear();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Does everything that is due now.</summary>
    internal void RunUntilIdle()
    {
        Enter();
        try
        {
            DrainDue();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Moves the clock on, stopping at every timer on the way.</summary>
    internal void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Enter();
        try
        {
            long target = checked(_now + by.Ticks);
            DrainDue();
            while (NextDue <= target)
            {
                MoveTo(NextDue);
                DrainDue();
            }

            MoveTo(target);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Goes on until a task is complete, moving the clock to the next timer whenever there is nothing else to do.</summary>
    /// <param name="task">The task.</param>
    /// <param name="limit">How far the clock may move.</param>
    /// <param name="grace">How long to wait for other threads, in real time, before calling it a hang.</param>
    /// <exception cref="InvalidOperationException">Nothing is left that could complete the task, or the clock reached the limit.</exception>
    internal void RunUntil(Task task, TimeSpan limit, TimeSpan grace)
    {
        Enter();
        try
        {
            long end = Later(limit);
            _ = task.ContinueWith(
                static (_, state) => ((Pump)state!).Wake(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            while (true)
            {
                DrainDue(task);
                if (task.IsCompleted) return;
                long next = NextDue;
                if (next <= end) MoveTo(next);
                else if (next != long.MaxValue) throw TooLong(limit);
                else if (!WaitForOthers(task, grace)) throw Hang();
            }
        }
        finally
        {
            Leave();
        }
    }

    private long Later(TimeSpan delay) => delay.Ticks > long.MaxValue - _now ? long.MaxValue - 1 : _now + Math.Max(0, delay.Ticks);

    private void MoveTo(long due) => Interlocked.Exchange(ref _now, Math.Max(due, _now));

    private void DrainDue(Task? until = null)
    {
        for (long events = 0; until is not { IsCompleted: true }; events++)
        {
            WorkItem item;
            lock (_gate)
            {
                // A timer that is due goes before what it makes ready, and behind what was ready before it was due.
                if (_ready.Count > 0) item = _ready.Dequeue();
                else if (_agenda.NextDue <= _now) item = _agenda.Pop();
                else return;
            }

            if (events == MostAtOneInstant)
            {
                throw new InvalidOperationException(
                    $"The machine does not come to rest: {events} events at {TimeSpan.FromTicks(_now)} without the clock moving on. A handler that does not quiet its device does that.");
            }

            item.Run();
        }
    }

    private bool WaitForOthers(Task task, TimeSpan grace)
    {
        lock (_gate)
        {
            if (_ready.Count > 0 || _agenda.Count > 0 || task.IsCompleted) return true;
            return Monitor.Wait(_gate, grace) || task.IsCompleted;
        }
    }

    private void Wake()
    {
        lock (_gate) Monitor.Pulse(_gate);
    }

    private void Enter()
    {
        lock (_gate)
        {
            if (_draining)
                throw new InvalidOperationException("The machine is being run already: by another thread, or from inside one of its own events.");
            _draining = true;
        }
    }

    private void Leave()
    {
        lock (_gate) _draining = false;
    }

    private InvalidOperationException Hang() => new(
        $"The task hangs: at {TimeSpan.FromTicks(_now)} of the machine's clock it is not complete, no event is waiting and no timer is set. "
        + "It waits for an interrupt that no device will raise, for something that nobody gives back, or for another thread.");

    private static InvalidOperationException TooLong(TimeSpan limit) => new(
        $"The task is not complete after {limit} of the machine's clock. Timers still fire, but none of them completes it.");

    private sealed class Scheduler(Pump pump) : ContinuationScheduler
    {
        public override void Schedule(IThreadPoolWorkItem work)
        {
            ArgumentNullException.ThrowIfNull(work);
            pump.Post(new WorkItem(work));
        }
    }
}
