namespace DmaKit.Tests;

/// <summary>A system in a few lines that follows the same rule, but for one known defect.</summary>
internal sealed class TwinWaits(WaitDefect defect) : WaitRules, IWaitSystem
{
    private static readonly int[] s_registers = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12];

    private readonly Dictionary<WaitTicket, WaitTicket> _own = [];

    public static int[] Registers => s_registers;

    public override int Total(WaitResource line) => line switch
    {
        WaitResource.Registers or WaitResource.Run => s_registers.Length,
        WaitResource.Heap => 16,
        WaitResource.Turn => 1,
        _ => 2,
    };

    public override bool Adjacent(int unit, int next) => next == unit + 1;

    public void Start(WaitTicket ticket)
    {
        var own = new WaitTicket { Request = ticket.Request, Resource = ticket.Resource, Amount = ticket.Amount, Arrival = ticket.Arrival };
        _own.Add(ticket, own);
        Add(own);
        Settle();
    }

    public void Give(WaitTicket ticket)
    {
        _own[ticket].State = WaitState.GivenBack;
        Settle();
    }

    public void Cancel(WaitTicket ticket)
    {
        _own[ticket].State = defect == WaitDefect.CancelsTheGranted && Fits(_own[ticket], []) ? WaitState.Granted : WaitState.Cancelled;
        if (defect != WaitDefect.ForgetsWhoIsBehind) Settle();
    }

    public (WaitState State, int[] Units) Look(WaitTicket ticket) => (_own[ticket].State, _own[ticket].Units);

    public void Dispose()
    {
    }

    protected override IEnumerable<int> UnitsOf(WaitResource line) => line == WaitResource.Heap ? Enumerable.Range(0, 16) : s_registers;

    protected override IEnumerable<WaitTicket> InOrder(WaitResource line) => defect switch
    {
        WaitDefect.NoClasses => base.InOrder(line).OrderBy(t => t.Arrival),
        WaitDefect.SmallFirst => base.InOrder(line).OrderBy(t => t.Amount),
        _ => base.InOrder(line),
    };

    protected override bool Fits(WaitTicket ticket, IEnumerable<WaitTicket> held) => base.Fits(
        defect == WaitDefect.IgnoresContiguity && ticket.Resource == WaitResource.Run
            ? new WaitTicket { Request = ticket.Request, Resource = WaitResource.Registers, Amount = ticket.Amount, Arrival = ticket.Arrival }
            : ticket,
        held);

    protected override WaitTicket? Victim()
    {
        if (defect == WaitDefect.HoldsAndWaits) return null;
        WaitTicket? victim = base.Victim();
        if (defect != WaitDefect.EndsTheOldest || victim is null) return victim;
        return Tickets.Where(t => t.State == WaitState.Waiting && t.Request >= 0 && Held(t.Request).Any()).MinBy(t => t.Arrival);
    }

    protected override WaitTicket? Passing() => defect == WaitDefect.OrderAboveAll ? null : base.Passing();

    protected override IEnumerable<WaitTicket> HeldWithout(WaitTicket[] waiting, int finished) => defect == WaitDefect.SuspectsTheUnnamed
        ? base.HeldWithout(waiting, finished).Concat(AllHeld().Where(t => t.Request < 0))
        : base.HeldWithout(waiting, finished);

    protected override string? Grant(WaitTicket ticket)
    {
        if (ticket.Line is not (WaitResource.Registers or WaitResource.Heap)) return null;
        HashSet<int> taken = [.. AllHeld().Where(t => t != ticket && t.Line == ticket.Line).SelectMany(t => t.Units)];
        List<int>? run = RunsWithout(ticket.Line, taken).FirstOrDefault(r => r.Count >= ticket.Amount);
        ticket.Units = [.. (run ?? [.. UnitsOf(ticket.Line).Where(u => !taken.Contains(u))]).Take(ticket.Amount)];
        if (defect == WaitDefect.GivesTwice && ticket.Line == WaitResource.Registers) ticket.Units = [.. s_registers.Take(ticket.Amount)];
        return null;
    }
}

/// <summary>What a twin gets wrong.</summary>
internal enum WaitDefect
{
    None,
    HoldsAndWaits,
    IgnoresContiguity,
    SmallFirst,
    NoClasses,
    EndsTheOldest,
    OrderAboveAll,
    SuspectsTheUnnamed,
    ForgetsWhoIsBehind,
    CancelsTheGranted,
    GivesTwice,
}
