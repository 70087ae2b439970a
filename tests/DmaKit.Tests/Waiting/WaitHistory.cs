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
            Amount = resource switch
            {
                WaitResource.Registers => random.Next(1, 9),
                WaitResource.Run => random.Next(1, 7),
                WaitResource.Heap => random.Next(1, 11),
                _ => 1,
            },
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
