using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A mapping that waits for map registers.</summary>
internal sealed class MapWaiter(DmaAdapter adapter) : Waiter(adapter), IValueTaskSource<DmaMapping>, IValueTaskSource<PartialMapping>
{
    private ManualResetValueTaskSourceCore<PartialMapping> _result;
    private bool _cancelled;

    /// <summary>The planned mapping; its registers are what is waited for.</summary>
    public MappingSlot Slot { get; private set; } = null!;

    public short Version => _result.Version;

    public void Prepare(MappingSlot slot)
    {
        Slot = slot;
        _cancelled = false;
        Renew();
        _result.Reset();
        _result.RunContinuationsAsynchronously = false;
    }

    /// <summary>The registers are the slot's. The copying is done where continuations run, not where somebody gave registers back.</summary>
    public void Granted() => EndPhase();

    protected override void Deliver()
    {
        if (_cancelled)
        {
            Adapter.Recycle(Slot);
            _result.SetException(new OperationCanceledException(Token));
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

    protected override void OnCancelled()
    {
        if (!Adapter.Domain.MapRegisters.TryLeave(this)) return;
        _cancelled = true;
        EndPhase();
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
