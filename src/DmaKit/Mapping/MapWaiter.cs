using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A mapping that waits for map registers. Pooled by its adapter: waiting allocates nothing in the steady state.</summary>
/// <remarks>Ends as granted or as cancelled, never both: the queue of the registers decides, under its lock.</remarks>
internal sealed class MapWaiter(DmaAdapter adapter) : IValueTaskSource<DmaMapping>, IValueTaskSource<PartialMapping>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<PartialMapping> _result;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private bool _cancelled;
    private int _phases;

    /// <summary>The planned mapping; its registers are what is waited for.</summary>
    public MappingSlot Slot { get; private set; } = null!;

    /// <summary>The neighbour before it in the queue. The queue's.</summary>
    public MapWaiter? Previous { get; set; }

    /// <summary>The neighbour behind it in the queue. The queue's.</summary>
    public MapWaiter? Next { get; set; }

    /// <summary>Whether it is in the queue. The queue's.</summary>
    public bool Queued { get; set; }

    public short Version => _result.Version;

    public void Prepare(MappingSlot slot)
    {
        Slot = slot;
        _cancelled = false;
        _registration = default;
        _phases = 2;
        _result.Reset();
        _result.RunContinuationsAsynchronously = false;
    }

    /// <summary>Called once it is in the queue: from now on it may end.</summary>
    public void CancelWith(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(static state => ((MapWaiter)state!).Cancel(), this);
        EndPhase();
    }

    /// <summary>The registers are the slot's. The copying is done where continuations run, not where somebody gave registers back.</summary>
    public void Granted() => EndPhase();

    void IThreadPoolWorkItem.Execute()
    {
        _registration.Dispose();
        if (_cancelled)
        {
            adapter.Recycle(Slot);
            _result.SetException(new OperationCanceledException(_token));
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

    private void Cancel()
    {
        if (!adapter.Domain.MapRegisters.TryLeave(this)) return;
        _cancelled = true;
        EndPhase();
    }

    /// <summary>It ends when it was decided and its registration for cancellation is in place, whichever came first.</summary>
    private void EndPhase()
    {
        if (Interlocked.Decrement(ref _phases) == 0) adapter.Function.Platform.Continuations.Schedule(this);
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
            adapter.Recycle(this);
        }
    }
}
