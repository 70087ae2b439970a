namespace DmaKit;

/// <summary>A mapping that waits until it may take several blocks of a coalescer.</summary>
internal sealed class TurnWaiter(Coalescer coalescer) : ResultWaiter<bool>(coalescer.Adapter)
{
    public override Hold Hold => coalescer.TurnHold;

    public void Prepare(DmaRequest? request) => Renew(coalescer.Turn, request);

    protected override bool Hand() => true;

    protected override void Recycle() => coalescer.Recycle(this);
}
