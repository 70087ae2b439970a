namespace DmaKit.Tests;

/// <summary>
/// The rule of grants and deadlocks by brute force: it searches every order in which requests could finish. One wait a request at a time.
/// A twin overrides a part of it and gets it wrong.
/// </summary>
internal abstract class WaitRules
{
    public const int Requests = 5;

    private readonly long[] _started = new long[Requests];
    private long _clock;

    public List<WaitTicket> Tickets { get; } = [];

    public abstract int Total(WaitResource line);

    public abstract bool Adjacent(int unit, int next);

    public void Add(WaitTicket ticket)
    {
        if (ticket.Request >= 0)
        {
            bool idle = !Tickets.Any(t => t.Request == ticket.Request && t.State is WaitState.Waiting or WaitState.Granted && t.Request == ticket.Request);
            if (idle) _started[ticket.Request] = ++_clock;
            ticket.Holding = Held(ticket.Request).Any();
        }

        Tickets.Add(ticket);
    }

    /// <summary>Grants and fails whatever the rule says now, until nothing changes.</summary>
    /// <returns>What is wrong with the system that is watched, or null.</returns>
    public string? Settle()
    {
        while (true)
        {
            if (Next() is { } granted)
            {
                granted.State = WaitState.Granted;
                if (Grant(granted) is { } wrong) return wrong;
            }
            else if (Victim() is { } victim)
            {
                victim.State = WaitState.Deadlocked;
            }
            else if (Passing() is { } passing)
            {
                passing.State = WaitState.Granted;
                if (Grant(passing) is { } wrong) return wrong;
            }
            else
            {
                return null;
            }
        }
    }

    /// <summary>Units were granted: notes which.</summary>
    protected abstract string? Grant(WaitTicket ticket);

    protected IEnumerable<WaitTicket> Held(int request) => Tickets.Where(t => t.Request == request && t.State == WaitState.Granted);

    /// <summary>Who waits in a line, in order.</summary>
    protected virtual IEnumerable<WaitTicket> InOrder(WaitResource line) =>
        Tickets.Where(t => t.State == WaitState.Waiting && t.Line == line).OrderBy(t => t.Holding ? 0 : 1).ThenBy(t => t.Arrival);

    /// <summary>Whether a ticket could be granted if only these were held.</summary>
    protected virtual bool Fits(WaitTicket ticket, IEnumerable<WaitTicket> held)
    {
        WaitTicket[] there = [.. held.Where(t => t.Line == ticket.Line)];
        if (there.Sum(t => t.Amount) + ticket.Amount > Total(ticket.Line)) return false;
        if (ticket.Resource is not (WaitResource.Run or WaitResource.Heap)) return true;
        return RunsWithout(ticket.Line, [.. there.SelectMany(t => t.Units)]).Any(run => run.Count >= ticket.Amount);
    }

    /// <summary>Which units there are, in order.</summary>
    protected abstract IEnumerable<int> UnitsOf(WaitResource line);

    /// <summary>The first in some line that fits what is free.</summary>
    protected virtual WaitTicket? Next() =>
        Enum.GetValues<WaitResource>().Select(line => InOrder(line).FirstOrDefault()).FirstOrDefault(t => t is not null && Fits(t, AllHeld()));

    /// <summary>The newest of those that nobody's finishing in whatever order can help, and that holds something.</summary>
    protected virtual WaitTicket? Victim()
    {
        WaitTicket[] waiting = [.. Tickets.Where(t => t.State == WaitState.Waiting)];
        int reached = 0;
        var seen = new HashSet<int>();
        void Search(int finished)
        {
            if (!seen.Add(finished)) return;
            reached |= finished;
            for (int i = 0; i < waiting.Length; i++)
            {
                if ((finished & (1 << i)) == 0 && Fits(waiting[i], HeldWithout(waiting, finished))) Search(finished | (1 << i));
            }
        }

        Search(0);
        return waiting.Where((t, i) => (reached & (1 << i)) == 0 && t.Request >= 0 && Held(t.Request).Any()).MaxBy(t => _started[t.Request]);
    }

    /// <summary>Who is kept only by the order of a line, and fits what is free.</summary>
    protected virtual WaitTicket? Passing()
    {
        WaitTicket[] waiting = [.. Tickets.Where(t => t.State == WaitState.Waiting)];
        int finished = 0;
        for (bool more = true; more;)
        {
            more = false;
            foreach (WaitResource line in Enum.GetValues<WaitResource>())
            {
                WaitTicket? first = InOrder(line).FirstOrDefault(t => (finished & (1 << Array.IndexOf(waiting, t))) == 0);
                if (first is null || !Fits(first, HeldWithout(waiting, finished))) continue;
                finished |= 1 << Array.IndexOf(waiting, first);
                more = true;
            }
        }

        WaitTicket? passing = waiting.Where((t, i) => (finished & (1 << i)) == 0 && t.Holding && Fits(t, HeldWithout(waiting, finished))).MinBy(t => t.Arrival);
        return passing is not null && Fits(passing, AllHeld()) ? passing : null;
    }

    protected IEnumerable<WaitTicket> AllHeld() => Tickets.Where(t => t.State == WaitState.Granted);

    /// <summary>What is held by requests that wait and did not finish: everything else can come back.</summary>
    protected virtual IEnumerable<WaitTicket> HeldWithout(WaitTicket[] waiting, int finished) =>
        waiting.Where((t, i) => t.Request >= 0 && (finished & (1 << i)) == 0).SelectMany(t => Held(t.Request));

    /// <summary>Units that lie side by side when these are taken.</summary>
    protected IEnumerable<List<int>> RunsWithout(WaitResource line, HashSet<int> taken)
    {
        List<int> run = [];
        foreach (int unit in UnitsOf(line))
        {
            if (run.Count > 0 && (taken.Contains(unit) || !Adjacent(run[^1], unit)))
            {
                yield return run;
                run = [];
            }

            if (!taken.Contains(unit)) run.Add(unit);
        }

        if (run.Count > 0) yield return run;
    }
}
