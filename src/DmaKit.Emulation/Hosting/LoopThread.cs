namespace DmaKit.Emulation;

/// <summary>A loop with a thread of its own and the real clock: one for each device, one for the machine's interrupts.</summary>
internal sealed class LoopThread : WorkLoop
{
    private readonly object _gate = new();
    private readonly Queue<WorkItem> _ready = new();
    private readonly Agenda _agenda = new();
    private readonly TimeProvider _clock;
    private readonly Action<Exception> _failed;
    private readonly long _started;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="clock">The time that <see cref="PostLater"/> counts in.</param>
    /// <param name="failed">Told of an exception that left a piece of work; the loop goes on.</param>
    internal LoopThread(string name, TimeProvider clock, Action<Exception> failed)
    {
        _clock = clock;
        _failed = failed;
        _started = clock.GetTimestamp();
        var thread = new Thread(Loop) { IsBackground = true, Name = name };
        thread.UnsafeStart();
    }

    private long Now => _clock.GetElapsedTime(_started).Ticks;

    internal override void Post(in WorkItem item)
    {
        lock (_gate)
        {
            if (_stopping) return;
            _ready.Enqueue(item);
            Monitor.Pulse(_gate);
        }
    }

    internal override void PostLater(TimeSpan delay, in WorkItem item)
    {
        lock (_gate)
        {
            if (_stopping) return;
            _agenda.Add(Now + Math.Max(0, delay.Ticks), item);
            Monitor.Pulse(_gate);
        }
    }

    internal override void Forget(DeviceHost host)
    {
        lock (_gate) _agenda.RemoveAll(host);
    }

    internal override ValueTask DrainAsync()
    {
        lock (_gate)
        {
            if (_stopping) return new ValueTask(_ended.Task);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(new WorkItem((Action)done.SetResult));
            return new ValueTask(done.Task);
        }
    }

    internal override ValueTask StopAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        return new ValueTask(_ended.Task);
    }

    private void Loop()
    {
        while (TryNext(out WorkItem item))
        {
            try
            {
                item.Run();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                _failed(e);
            }
        }

        _ended.SetResult();
    }

    private bool TryNext(out WorkItem item)
    {
        lock (_gate)
        {
            while (true)
            {
                if (_ready.TryDequeue(out item)) return true;
                if (_stopping) return false;
                long due = _agenda.NextDue;
                if (due == long.MaxValue)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                long wait = due - Now;
                if (wait <= 0)
                {
                    item = _agenda.Pop();
                    return true;
                }

                // Rounded up: waking early would only spin.
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(Math.Min(int.MaxValue, (wait + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond)));
            }
        }
    }
}
