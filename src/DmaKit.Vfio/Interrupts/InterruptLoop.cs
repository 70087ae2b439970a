using DmaKit.Vfio.Native;

namespace DmaKit.Vfio;

/// <summary>The one thread that waits for the kernel's events and delivers interrupts.</summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class InterruptLoop : IDisposable
{
    private const long WakeTag = 0;

    private readonly Lock _gate = new();
    private readonly EventPoll _poll = new();
    private readonly Descriptor _wake = Kernel.NewEvent();
    private readonly List<TaskCompletionSource> _drains = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Replaced, never changed, so that the loop reads it without the lock.
    private Dictionary<long, IEventSource> _sources = [];
    private long _lastTag = WakeTag;
    private bool _stopping;

    internal InterruptLoop() => _poll.Watch(_wake, WakeTag);

    internal void Start() => new Thread(Loop) { IsBackground = true, Name = "dmakit vfio interrupts" }.UnsafeStart();

    /// <summary>Listens to a counter.</summary>
    /// <returns>What <see cref="Detach"/> is told.</returns>
    internal long Attach(Descriptor counter, IEventSource source)
    {
        lock (_gate)
        {
            long tag = ++_lastTag;
            _sources = new Dictionary<long, IEventSource>(_sources) { [tag] = source };
            _poll.Watch(counter, tag);
            return tag;
        }
    }

    /// <summary>Listens to it no more. A delivery may still be under way: <see cref="DrainAsync"/>.</summary>
    internal void Detach(Descriptor counter, long tag)
    {
        lock (_gate)
        {
            var left = new Dictionary<long, IEventSource>(_sources);
            if (!left.Remove(tag)) return;
            _sources = left;
            _poll.Forget(counter);
        }
    }

    /// <summary>Has the thread look at what may be delivered by now.</summary>
    internal void Wake() => EventPoll.Raise(_wake);

    /// <summary>Completes when what was being delivered has been.</summary>
    internal ValueTask DrainAsync()
    {
        lock (_gate)
        {
            if (_stopping) return new ValueTask(_ended.Task);
            var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _drains.Add(drained);
            Wake();
            return new ValueTask(drained.Task);
        }
    }

    /// <summary>Ends the thread; completes when it is over.</summary>
    internal ValueTask StopAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Wake();
        }

        return new ValueTask(_ended.Task);
    }

    /// <summary>After <see cref="StopAsync"/>.</summary>
    public void Dispose()
    {
        _poll.Dispose();
        _wake.Dispose();
    }

    private void Loop()
    {
        Span<long> tags = stackalloc long[32];
        while (true)
        {
            TaskCompletionSource[] drained;
            bool stopping;
            lock (_gate)
            {
                drained = _drains.Count == 0 ? [] : [.. _drains];
                _drains.Clear();
                stopping = _stopping;
            }

            foreach (TaskCompletionSource drain in drained) drain.SetResult();
            if (stopping) break;
            int count = _poll.Wait(tags);
            Dictionary<long, IEventSource> sources = _sources;
            foreach (long tag in tags[..count])
            {
                if (tag == WakeTag) EventPoll.Take(_wake);
                else if (sources.TryGetValue(tag, out IEventSource? source)) source.OnEvent();
            }

            foreach (IEventSource source in sources.Values) source.DeliverPending();
        }

        _ended.SetResult();
    }
}
