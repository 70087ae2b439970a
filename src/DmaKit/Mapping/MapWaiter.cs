using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A mapping that waits for its adapter's turn, or for map registers.</summary>
internal sealed class MapWaiter(DmaAdapter adapter) : RegisterWaiter(adapter), IValueTaskSource<DmaMapping>, IValueTaskSource<PartialMapping>
{
    private ManualResetValueTaskSourceCore<PartialMapping> _result;

    /// <summary>The planned mapping; its registers are what is waited for.</summary>
    public MappingSlot Slot { get; private set; } = null!;

    public short Version => _result.Version;

    public override IRegisterTaker Taker => Slot;

    public override long Wanted => WaitsForTurn ? 1 : base.Wanted;

    public override bool WantsOneRun => !WaitsForTurn && base.WantsOneRun;

    public override Hold Hold => WaitsForTurn ? Slot.TurnHold : Slot.RegisterHold;

    private bool WaitsForTurn => Line == Adapter.Turn;

    /// <summary>Starts the wait for a planned mapping.</summary>
    /// <returns>True when everything was there: the waiter is then not used.</returns>
    public bool Start(MappingSlot slot)
    {
        Slot = slot;
        _result.Reset();
        _result.RunContinuationsAsynchronously = false;
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

    protected override void Deliver(Exception? error)
    {
        if (error is not null)
        {
            if (!WaitsForTurn) Slot.GiveTurn();
            Slot.Drop();
            _result.SetException(error);
            return;
        }

        PartialMapping made;
        try
        {
            made = Slot.Begin();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The buffer was disposed while its mapping waited.
            Slot.Free();
            _result.SetException(e);
            return;
        }

        _result.SetResult(made);
    }

    DmaMapping IValueTaskSource<DmaMapping>.GetResult(short token) => Take(token).Mapping;

    PartialMapping IValueTaskSource<PartialMapping>.GetResult(short token) => Take(token);

    ValueTaskSourceStatus IValueTaskSource<DmaMapping>.GetStatus(short token) => _result.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<PartialMapping>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<DmaMapping>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<PartialMapping>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    private PartialMapping Take(short token)
    {
        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            Slot = null!;
            Adapter.Recycle(this);
        }
    }
}
