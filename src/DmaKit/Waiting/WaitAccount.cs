using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// What the named requests of a domain hold and wait for, over everything that is awaited through the library. Finds deadlocks when they
/// arise: what no named waiting request holds counts as able to come back, so what is found is certain.
/// </summary>
/// <remarks>
/// <para>Safe from any thread. Who names no request never comes here. What a request holds is noted after it was taken and struck out before it
/// is given back, so that the account never shows more held than is.</para>
/// <para>The look is a reduction: let any request that waits and could be served finish and give back, over and over; first in the order of the
/// lines, then in any. Who is left is deadlocked. Who was reached only out of order is granted out of order.</para>
/// </remarks>
internal sealed class WaitAccount
{
    private readonly Lock _gate = new();

    /// <summary>Waits of requests that hold something, in order of arrival.</summary>
    private readonly List<Waiter> _waits = [];
    private bool _blockedByOrder;
    private long _started;
    private long _looks;
    private long _rounds;

    /// <summary>How many deadlocks were found.</summary>
    public long Deadlocks { get; private set; }

    /// <summary>Takes what the waiter wants, or queues it.</summary>
    /// <returns>True when it was taken.</returns>
    public bool TakeOrQueue(Waiter waiter)
    {
        if (waiter.Request is not { } request) return waiter.Line.TakeOrQueue(waiter);
        lock (_gate)
        {
            request.BeginIfIdle(ref _started);
            waiter.Holding = !request.Holds.IsEmpty;
            if (waiter.Line.TakeOrQueue(waiter))
            {
                NoteHeld(request, waiter.Hold);
                return true;
            }

            request.Waits.Add(waiter);
            if (waiter.Holding)
            {
                _waits.Add(waiter);
                Look();
            }

            return false;
        }
    }

    /// <summary>Takes a waiter out of its line, if it is still there.</summary>
    public bool TryLeave(Waiter waiter)
    {
        if (waiter.Request is { } request)
        {
            lock (_gate)
            {
                if (!waiter.Line.TryLeave(waiter)) return false;
                StrikeOut(request, waiter);
            }
        }
        else if (!waiter.Line.TryLeave(waiter))
        {
            return false;
        }

        waiter.Line.GrantInOrder();
        return true;
    }

    /// <summary>A waiter was taken out of its line with what it waited for.</summary>
    public void Granted(Waiter waiter)
    {
        if (waiter.Request is { } request)
        {
            lock (_gate)
            {
                StrikeOut(request, waiter);
                NoteHeld(request, waiter.Hold);
            }
        }

        waiter.Granted();
    }

    /// <summary>A waiter was taken out of its line because the resource goes.</summary>
    public void TurnAway(Waiter waiter, Exception error)
    {
        if (waiter.Request is { } request)
        {
            lock (_gate) StrikeOut(request, waiter);
        }

        waiter.Fail(error);
    }

    /// <summary>Whether the request holds something, so that it goes before those that do not.</summary>
    public bool HoldsSomething(DmaRequest? request)
    {
        if (request is null) return false;
        lock (_gate) return !request.Holds.IsEmpty;
    }

    /// <summary>A request took something without waiting.</summary>
    public void Take(DmaRequest? request, in Hold hold)
    {
        if (request is null) return;
        lock (_gate)
        {
            request.BeginIfIdle(ref _started);
            NoteHeld(request, hold);
        }
    }

    /// <summary>A request is about to give something back.</summary>
    public void Give(DmaRequest? request, in Hold hold)
    {
        if (request is null) return;
        lock (_gate) request.Remove(hold);
    }

    /// <summary>Something changed in a line. What waits only because of the order may go on now.</summary>
    public void Changed()
    {
        // Set under the gate of this account before the line's gate was last entered for it: who comes out of that gate later sees it.
        if (!_blockedByOrder) return;
        lock (_gate) Look();
    }

    private void NoteHeld(DmaRequest request, in Hold hold)
    {
        request.Add(hold);
        if (request.Waits.Count == 0) return;

        // Another part of it waits, and goes before those who hold nothing from now on; what it holds may be what others lack.
        foreach (Waiter waiter in request.Waits)
        {
            if (waiter.Holding) continue;
            waiter.Line.MoveUp(waiter);
            if (!waiter.Holding) continue;
            int at = _waits.Count;
            while (at > 0 && _waits[at - 1].Number > waiter.Number) at--;
            _waits.Insert(at, waiter);
        }

        Look();
    }

    private void StrikeOut(DmaRequest request, Waiter waiter)
    {
        request.Waits.Remove(waiter);
        if (waiter.Holding) _waits.Remove(waiter);
    }

    private void Look()
    {
        while (_waits.Count != 0)
        {
            _blockedByOrder = false;
            Waiter? passed = Reduce(out bool stuck);
            if (stuck && Newest() is { } victim)
            {
                EndWaitsOf(victim);
                continue;
            }

            if (passed is null) return;
            _blockedByOrder = true;
            if (!passed.Line.TryGrant(passed)) return;
            Granted(passed);
        }

        _blockedByOrder = false;
    }

    /// <summary>Marks every wait that can end as settled.</summary>
    /// <param name="stuck">Whether some cannot.</param>
    /// <returns>The first that can end only out of order; null when there is none.</returns>
    private Waiter? Reduce(out bool stuck)
    {
        _looks++;
        int open = 0;
        foreach (Waiter waiter in _waits) (waiter.Settled, waiter.Request!.Open) = (false, 0);
        foreach (Waiter waiter in _waits)
        {
            open++;
            Prepare(waiter.Line);
            if (waiter.Request!.Open++ > 0) continue;
            foreach (ref readonly Hold hold in waiter.Request.Holds)
            {
                Prepare(hold.Line);
                hold.Line.Occupy(hold);
            }
        }

        Waiter? passed = null;
        bool inOrder = true;
        while (open > 0)
        {
            _rounds++;
            int before = open;
            foreach (Waiter waiter in _waits)
            {
                if (waiter.Settled || (inOrder && waiter.Line.Stopped == _rounds)) continue;
                if (!waiter.Line.Fits(waiter))
                {
                    waiter.Line.Stopped = _rounds;
                    continue;
                }

                if (!inOrder) passed ??= waiter;
                waiter.Settled = true;
                open--;
                if (--waiter.Request!.Open > 0) continue;
                foreach (ref readonly Hold hold in waiter.Request.Holds) hold.Line.Vacate(hold);
            }

            if (open < before) continue;
            if (!inOrder) break;
            inOrder = false;
        }

        stuck = open > 0;
        return passed;
    }

    private void Prepare(WaitLine line)
    {
        if (line.Look == _looks) return;
        line.Look = _looks;
        line.BeginLook();
    }

    private DmaRequest? Newest()
    {
        DmaRequest? newest = null;
        foreach (Waiter waiter in _waits)
        {
            DmaRequest request = waiter.Request!;
            if (!waiter.Settled && !request.Holds.IsEmpty && (newest is null || request.Started > newest.Started)) newest = request;
        }

        return newest;
    }

    private void EndWaitsOf(DmaRequest victim)
    {
        Deadlocks++;
        var error = new DmaDeadlockException(Report(victim));
        DmaPlatform platform = victim.Domain.Platform;
        if (platform.Misuse.IsHeard) platform.Continuations.Schedule(new Told(platform.Misuse, victim.Name, error.Message));
        Waiter[] waits = [.. victim.Waits];
        foreach (Waiter waiter in waits)
        {
            // One that was granted this moment is not struck out yet: it has what it waited for.
            if (!waiter.Line.TryLeave(waiter)) continue;
            StrikeOut(victim, waiter);
            waiter.Fail(error);
        }

        foreach (WaitLine line in waits.Select(w => w.Line).Distinct().ToArray()) line.GrantInOrder();
    }

    private DmaDeadlockReport Report(DmaRequest victim)
    {
        DmaRequest[] requests = [.. _waits.Where(w => !w.Settled).Select(w => w.Request!).Distinct().OrderBy(r => r.Started)];
        WaitLine[] lines = [.. requests.SelectMany(r => r.Waits.Select(w => w.Line).Concat(r.Holds.ToArray().Select(h => h.Line))).Distinct()];
        return new DmaDeadlockReport(
            victim.Name,
            [.. requests.Select(r => new DeadlockedRequest(
                r.Name,
                [.. r.Holds.ToArray().GroupBy(h => h.Line).Select(g => new DeadlockAmount(g.Key.Name, g.Sum(h => h.Amount), OneRun: false))],
                [.. r.Waits.Select(w => new DeadlockAmount(w.Line.Name, w.Wanted, w.WantsOneRun))]))],
            [.. lines.Select(line => new DeadlockResource(
                line.Name,
                line.Total,
                line.Available,
                requests.Sum(r => r.Holds.ToArray().Where(h => h.Line == line).Sum(h => h.Amount)),
                [.. line.CopyWaiters().Where(w => !requests.Contains(w.Request)).Select(w => new DeadlockedRequest(
                    w.Request?.Name ?? "unnamed", [], [new DeadlockAmount(line.Name, w.Wanted, w.WantsOneRun)]))]))]);
    }

    /// <summary>Checkers are told where continuations run: here a lock is held.</summary>
    private sealed class Told(MisuseLog misuse, string victim, string message) : IThreadPoolWorkItem
    {
        public void Execute() => misuse.NoteRefused("deadlock-found", victim, message);
    }
}
