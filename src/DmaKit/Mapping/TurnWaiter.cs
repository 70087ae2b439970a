using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A mapping that waits until it may take several blocks of a coalescer.</summary>
internal sealed class TurnWaiter(Coalescer coalescer) : Waiter(coalescer.Adapter), IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _result;

    public short Version => _result.Version;

    public override Hold Hold => coalescer.TurnHold;

    public void Prepare(DmaRequest? request)
    {
        _result.Reset();
        Renew(coalescer.Turn, request);
    }

    protected override void Deliver(Exception? error)
    {
        if (error is null) _result.SetResult(true);
        else _result.SetException(error);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _result.GetResult(token);
        }
        finally
        {
            coalescer.Recycle(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);
}
