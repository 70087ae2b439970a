using System.Threading.Tasks.Sources;

namespace DmaKit;

/// <summary>A reservation that waits for its registers.</summary>
internal sealed class LeaseWaiter : RegisterWaiter, IValueTaskSource<RegisterLease>
{
    private readonly RegisterLease _lease;
    private ManualResetValueTaskSourceCore<RegisterLease> _result;

    public LeaseWaiter(RegisterLease lease, DmaRequest? request)
        : base(lease.Adapter)
    {
        _lease = lease;
        Renew(lease.Adapter.Domain.MapRegisters.Shared, request);
    }

    public short Version => _result.Version;

    public override IRegisterTaker Taker => _lease;

    public override Hold Hold => _lease.Hold;

    protected override void Deliver(Exception? error)
    {
        if (error is null) _result.SetResult(_lease.Begin());
        else _result.SetException(error);
    }

    RegisterLease IValueTaskSource<RegisterLease>.GetResult(short token) => _result.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<RegisterLease>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<RegisterLease>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);
}
