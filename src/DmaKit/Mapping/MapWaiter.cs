using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A mapping that waits for its adapter's turn, or for map registers.</summary>
internal sealed class MapWaiter(DmaAdapter adapter) : ResultWaiter<PartialMapping>(adapter), IValueTaskSource<DmaMapping>, IRegisterWaiter
{
    /// <summary>The planned mapping; its registers are what is waited for.</summary>
    public MappingSlot Slot { get; private set; } = null!;

    public IRegisterTaker Taker => Slot;

    public override long Wanted => WaitsForTurn ? 1 : Slot.RegisterCount;

    public override bool WantsOneRun => !WaitsForTurn && Slot.NeedsOneRun;

    public override Hold Hold => WaitsForTurn ? Slot.TurnHold : Slot.RegisterHold;

    private bool WaitsForTurn => Line == Adapter.Turn;

    /// <summary>Starts the wait for a planned mapping.</summary>
    /// <returns>True when everything was there: the waiter is then not used.</returns>
    public bool Start(MappingSlot slot)
    {
        Slot = slot;
        Renew(slot.NeedsTurn ? Adapter.Turn : slot.Pool, slot.Request);
        if (!Adapter.Domain.Waits.TakeOrQueue(this)) return false;
        if (!WaitsForTurn || slot.RegisterCount == 0) return true;
        Line = slot.Pool;
        try
        {
            return Adapter.Domain.Waits.TakeOrQueue(this);
        }
        catch
        {
            slot.GiveTurn();
            throw;
        }
    }

    /// <summary>After the turn the registers. The copying is done where continuations run, not where somebody gave something back.</summary>
    public override void Granted()
    {
        if (WaitsForTurn && Slot.RegisterCount > 0) GoOn(Slot.Pool);
        else EndPhase();
    }

    protected override PartialMapping Hand()
    {
        try
        {
            long remaining = Slot.Remaining;
            return new PartialMapping(Slot.Begin(), remaining);
        }
        catch
        {
            // The buffer was disposed while its mapping waited.
            Slot.Free();
            throw;
        }
    }

    protected override void GiveUp()
    {
        if (!WaitsForTurn) Slot.GiveTurn();
        Slot.Drop();
    }

    protected override void Recycle()
    {
        Slot = null!;
        Adapter.Recycle(this);
    }

    DmaMapping IValueTaskSource<DmaMapping>.GetResult(short token) => Take(token).Mapping;
}
