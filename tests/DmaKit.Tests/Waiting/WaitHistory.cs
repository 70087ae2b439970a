namespace DmaKit.Tests;

/// <summary>Plays a random history on a system, with the oracle beside it, and drains it at the end.</summary>
internal static class WaitHistory
{
    private const int MostWaits = 9;

    /// <returns>What is wrong, or null.</returns>
    public static string? Play(IWaitSystem system, int[] registers, int[] steps)
    {
        var oracle = new WaitOracle(system, registers);
        var log = new List<string>();
        foreach (int step in steps)
        {
            if (Act(system, oracle, step, log) is { } wrong) return $"{wrong}\n{string.Join('\n', log)}";
        }

        // Whoever does not wait finishes: in the end nobody may be left.
        while (oracle.Tickets.Find(t => t.State == WaitState.Granted && !oracle.Tickets.Exists(w => w.State == WaitState.Waiting && w.Request >= 0 && w.Request == t.Request)) is { } held)
        {
            if (Give(system, oracle, held, log) is { } wrong) return $"{wrong}\n{string.Join('\n', log)}";
        }

        return oracle.Tickets.Find(t => t.State is WaitState.Waiting or WaitState.Granted) is { } left ? $"waits for ever: {left}\n{string.Join('\n', log)}" : null;
    }

    /// <summary>Plays a history in which parts of one request may wait side by side: only that nobody is left at the end is looked at.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? PlayFreely(IWaitSystem system, int[] steps)
    {
        var tickets = new List<WaitTicket>();
        foreach (int step in steps)
        {
            var random = new Random(step);
            WaitTicket[] granted = [.. tickets.Where(t => system.Look(t).State == WaitState.Granted && t.State != WaitState.GivenBack)];
            if (random.Next(5) == 0 && granted.Length > 0)
            {
                GiveFreely(system, granted[random.Next(granted.Length)]);
                continue;
            }

            var resource = (WaitResource)random.Next(6);
            var ticket = new WaitTicket { Request = random.Next(WaitRules.Requests), Resource = resource, Arrival = tickets.Count, Amount = AmountOf(resource, random) };
            tickets.Add(ticket);
            system.Start(ticket);
        }

        bool IsOpen(WaitTicket ticket) => ticket.State != WaitState.GivenBack && system.Look(ticket).State == WaitState.Granted;
        bool Waits(WaitTicket ticket) => system.Look(ticket).State == WaitState.Waiting;
        while (tickets.Find(t => IsOpen(t) && !tickets.Exists(w => w.Request == t.Request && Waits(w))) is { } held) GiveFreely(system, held);
        return tickets.Find(t => IsOpen(t) || Waits(t)) is { } left ? $"waits for ever: {left}" : null;
    }

    private static void GiveFreely(IWaitSystem system, WaitTicket ticket)
    {
        ticket.State = WaitState.GivenBack;
        system.Give(ticket);
    }

    private static int AmountOf(WaitResource resource, Random random) => resource switch
    {
        WaitResource.Registers => random.Next(1, 9),
        WaitResource.Run => random.Next(1, 7),
        WaitResource.Heap => random.Next(1, 11),
        _ => 1,
    };

    private static string? Act(IWaitSystem system, WaitOracle oracle, int step, List<string> log)
    {
        var random = new Random(step);
        WaitTicket[] waiting = [.. oracle.Tickets.Where(t => t.State == WaitState.Waiting)];
        WaitTicket[] granted = [.. oracle.Tickets.Where(t => t.State == WaitState.Granted)];
        int kind = random.Next(10);
        if (kind < 2 && granted.Length > 0) return Give(system, oracle, granted[random.Next(granted.Length)], log);
        if (kind < 3 && waiting.Length > 0)
        {
            WaitTicket cancelled = waiting[random.Next(waiting.Length)];
            log.Add($"cancel {cancelled}");
            cancelled.State = WaitState.Cancelled;
            system.Cancel(cancelled);
            return oracle.Check();
        }

        int request = random.Next(-1, WaitRules.Requests);
        if (waiting.Length >= MostWaits || (request >= 0 && waiting.Any(t => t.Request == request))) return null;
        var resource = (WaitResource)random.Next(6);
        var ticket = new WaitTicket
        {
            Request = request,
            Resource = resource,
            Arrival = oracle.Tickets.Count,
            Amount = AmountOf(resource, random),
        };
        log.Add($"start {ticket}");
        oracle.Add(ticket);
        system.Start(ticket);
        return oracle.Check();
    }

    private static string? Give(IWaitSystem system, WaitOracle oracle, WaitTicket ticket, List<string> log)
    {
        log.Add($"give  {ticket}");
        ticket.State = WaitState.GivenBack;
        system.Give(ticket);
        return oracle.Check();
    }
}
