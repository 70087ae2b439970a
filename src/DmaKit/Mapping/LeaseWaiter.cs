namespace DmaKit;

/// <summary>A reservation that waits for its registers. It is used once, as its reservation is.</summary>
internal sealed class LeaseWaiter : ResultWaiter<RegisterLease>, IRegisterWaiter
{
    private readonly RegisterLease _lease;

    public LeaseWaiter(RegisterLease lease, DmaRequest? request)
        : base(lease.Adapter)
    {
        _lease = lease;
        Renew(lease.Adapter.Domain.MapRegisters.Shared, request);
    }

    public IRegisterTaker Taker => _lease;

    public override long Wanted => Taker.RegisterCount;

    public override bool WantsOneRun => Taker.NeedsOneRun;

    public override Hold Hold => _lease.Hold;

    protected override RegisterLease Hand() => _lease.Begin();

    protected override void Recycle()
    {
    }
}
