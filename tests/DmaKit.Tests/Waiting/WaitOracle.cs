namespace DmaKit.Tests;

/// <summary>Follows a system through a history, and says where it does not do what the rule says.</summary>
internal sealed class WaitOracle(IWaitSystem system, int[] registers) : WaitRules
{
    public override int Total(WaitResource line) => system.Total(line);

    public override bool Adjacent(int unit, int next) => system.Adjacent(unit, next);

    /// <summary>After an action: what the rule says must be what the system did.</summary>
    public string? Check()
    {
        if (Settle() is { } wrong) return wrong;
        foreach (WaitTicket ticket in Tickets)
        {
            (WaitState state, _) = system.Look(ticket);
            if (ticket.State == WaitState.GivenBack || state == ticket.State) continue;
            string what = (ticket.State, state) switch
            {
                (WaitState.Deadlocked, WaitState.Waiting) => "a hang was missed",
                (_, WaitState.Deadlocked) => "a false alarm",
                (WaitState.Waiting, WaitState.Granted) => "somebody passed",
                (WaitState.Granted, WaitState.Waiting) => "somebody is kept waiting",
                _ => "another end",
            };
            return $"{what}: {ticket}, but the system says {state}";
        }

        return null;
    }

    protected override IEnumerable<int> UnitsOf(WaitResource line) => line == WaitResource.Heap ? Enumerable.Range(0, Total(line)) : registers;

    protected override string? Grant(WaitTicket ticket)
    {
        (WaitState state, int[] units) = system.Look(ticket);
        if (state != WaitState.Granted) return $"somebody is kept waiting: {ticket}, but the system says {state}";
        ticket.Units = units;
        if (ticket.Line is not (WaitResource.Registers or WaitResource.Heap)) return null;
        if (units.Length != ticket.Amount || units.Distinct().Count() != units.Length) return $"wrong units: {ticket}";
        if (units.Any(u => !UnitsOf(ticket.Line).Contains(u))) return $"units that there are not: {ticket}";
        if (AllHeld().FirstOrDefault(t => t != ticket && t.Line == ticket.Line && t.Units.Intersect(units).Any()) is { } other) return $"given out twice: {ticket} and {other}";
        if (ticket.Resource is WaitResource.Run or WaitResource.Heap && units.Zip(units.Skip(1)).Any(pair => !Adjacent(pair.First, pair.Second))) return $"not side by side: {ticket}";
        return null;
    }
}
