using DmaKit.Platforms;
using DmaKit.Qemu.Native;

namespace DmaKit.Qemu;

/// <summary>
/// The thread that interrupts are delivered on. Lines are told by QEMU; messages are words in memory, looked at often while the program
/// keeps a device busy, and every millisecond otherwise, as long as anybody waits for one.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class InterruptPump
{
    private const int Lines = 256;
    private const int NobodyCares = 1000;
    private const uint ShortPause = 20;

    private static readonly TimeSpan Hot = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MessageInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ChoreInterval = TimeSpan.FromMilliseconds(20);

    private readonly object _gate = new();
    private readonly QtestClient _client;
    private readonly TimeProvider _clock;
    private readonly MisuseLog _misuse;
    private readonly Action? _chore;
    private readonly bool[] _high = new bool[Lines];
    private readonly bool[] _dead = new bool[Lines];
    private readonly int[] _unhandled = new int[Lines];
    private readonly List<TaskCompletionSource> _drains = [];
    private readonly List<TaskCompletionSource> _idlers = [];
    private readonly List<LineVector> _due = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Replaced, never changed, so that the loop reads them without the lock.
    private InterruptVector[] _vectors = [];
    private long _activity;
    private long _seenActivity;
    private long _lastActive;
    private long _lastChore;
    private bool _woken;
    private bool _stopping;

    /// <summary>Makes a pump; <see cref="Start"/> starts its thread.</summary>
    /// <param name="client">Tells of lines.</param>
    /// <param name="clock">The machine's time.</param>
    /// <param name="misuse">Where a line that nobody handles is reported.</param>
    /// <param name="chore">Done before messages are delivered and now and then, or null.</param>
    internal InterruptPump(QtestClient client, TimeProvider clock, MisuseLog misuse, Action? chore)
    {
        _client = client;
        _clock = clock;
        _misuse = misuse;
        _chore = chore;
    }

    internal void Start()
    {
        var thread = new Thread(Loop) { IsBackground = true, Name = "dmakit qemu interrupts" };
        thread.UnsafeStart();
    }

    internal void Attach(IEnumerable<InterruptVector> vectors)
    {
        lock (_gate) _vectors = [.. _vectors, .. vectors];
    }

    internal void Detach(IEnumerable<InterruptVector> vectors)
    {
        lock (_gate) _vectors = [.. _vectors.Except(vectors)];
    }

    /// <summary>QEMU told a line's level.</summary>
    internal void LineChanged(int line, bool high)
    {
        lock (_gate)
        {
            _high[line] = high;
            if (high) WakeLocked();
        }
    }

    /// <summary>Somebody unmasked a vector of the line: one that was given up gets another chance.</summary>
    internal void Revive(int line)
    {
        lock (_gate)
        {
            _dead[line] = false;
            _unhandled[line] = 0;
            WakeLocked();
        }
    }

    /// <summary>The program wrote a register: an interrupt may follow soon. Costs next to nothing.</summary>
    internal void NoteActivity() => Interlocked.Increment(ref _activity);

    internal void Wake()
    {
        lock (_gate) WakeLocked();
    }

    /// <summary>Completes when what was being delivered has been.</summary>
    internal ValueTask DrainAsync()
    {
        lock (_gate)
        {
            if (_stopping) return new ValueTask(_ended.Task);
            var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _drains.Add(drained);
            WakeLocked();
            return new ValueTask(drained.Task);
        }
    }

    /// <summary>Completes when a whole pass found nothing to deliver, and the chore was done in it.</summary>
    internal ValueTask IdleAsync()
    {
        lock (_gate)
        {
            if (_stopping) return new ValueTask(_ended.Task);
            var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _idlers.Add(idle);
            WakeLocked();
            return new ValueTask(idle.Task);
        }
    }

    /// <summary>Ends the thread; completes when it is over.</summary>
    internal ValueTask StopAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            WakeLocked();
        }

        return new ValueTask(_ended.Task);
    }

    private void WakeLocked()
    {
        _woken = true;
        Monitor.Pulse(_gate);
    }

    private void Loop()
    {
        while (true)
        {
            TaskCompletionSource[] drained, idle;
            lock (_gate)
            {
                drained = _drains.Count == 0 ? [] : [.. _drains];
                idle = _idlers.Count == 0 ? [] : [.. _idlers];
                _drains.Clear();
                _woken = false;
                if (_stopping) break;
            }

            foreach (TaskCompletionSource drain in drained) drain.SetResult();
            bool worked = false;
            try
            {
                worked = DeliverMessages() | DeliverLines();
                DoChore(force: idle.Length > 0);
            }
            catch (DeviceLostException)
            {
                // Everybody who uses the device is told so; here there is only nothing more to deliver.
            }

            if (worked) continue;
            CompleteIdlers(idle);
            Pause();
        }

        foreach (TaskCompletionSource drain in _drains) drain.SetResult();
        foreach (TaskCompletionSource idle in _idlers) idle.SetResult();
        _ended.SetResult();
    }

    private void CompleteIdlers(TaskCompletionSource[] idle)
    {
        if (idle.Length == 0) return;
        lock (_gate) _idlers.RemoveRange(0, idle.Length);
        foreach (TaskCompletionSource one in idle) one.SetResult();
    }

    private bool DeliverMessages()
    {
        bool any = false;
        foreach (InterruptVector vector in _vectors)
        {
            if (vector is not MessageVector { IsMasked: false, IsRaised: true } message) continue;

            // What the device's transfers met with is known before the driver hears that they are over.
            if (!any) DoChore(force: true);
            any |= message.DeliverPending();
        }

        return any;
    }

    private bool DeliverLines()
    {
        bool any = false;
        for (int line = 0; line < Lines; line++)
        {
            if (!_high[line]) continue;
            CollectDue(line);
            if (_due.Count == 0) continue;
            DoChore(force: true);
            bool handled = false;
            foreach (LineVector vector in _due) handled |= vector.DeliverLine();

            // What the handlers wrote has reached the device, and the line's new level has been told, before it is looked at again.
            _client.Flush();
            NoteOutcome(line, handled);
            any = true;
        }

        return any;
    }

    private void CollectDue(int line)
    {
        _due.Clear();
        lock (_gate)
        {
            if (!_high[line] || _dead[line]) return;
            foreach (InterruptVector vector in _vectors)
                if (vector is LineVector { IsMasked: false } candidate && candidate.Line == line) _due.Add(candidate);
        }
    }

    private void NoteOutcome(int line, bool handled)
    {
        lock (_gate)
        {
            _unhandled[line] = handled ? 0 : _unhandled[line] + 1;
            if (_unhandled[line] < NobodyCares) return;
            _dead[line] = true;
        }

        _misuse.Report(new MisuseReport(
            "interrupt-nobody-cared",
            $"line {line} was delivered {NobodyCares:N0} times in a row and no handler took it as its own; it is masked until a handler is installed on it again.",
            $"line {line}"));
    }

    private void DoChore(bool force)
    {
        if (_chore is null || (!force && _clock.GetElapsedTime(_lastChore) < ChoreInterval)) return;
        _lastChore = _clock.GetTimestamp();
        _chore();
    }

    private void Pause()
    {
        long activity = Interlocked.Read(ref _activity);
        if (activity != _seenActivity)
        {
            _seenActivity = activity;
            _lastActive = _clock.GetTimestamp();
        }

        bool awaited = Array.Exists(_vectors, v => v is MessageVector { IsMasked: false });
        if (awaited && _clock.GetElapsedTime(_lastActive) < Hot)
        {
            Kernel.Pause(ShortPause);
            return;
        }

        lock (_gate)
        {
            if (_woken || _stopping) return;
            if (awaited) Monitor.Wait(_gate, MessageInterval);
            else if (_chore is not null) Monitor.Wait(_gate, ChoreInterval);
            else Monitor.Wait(_gate);
        }
    }
}
