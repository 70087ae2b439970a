namespace DmaKit;

/// <summary>A wait of <see cref="BlockPool.RentAsync(CancellationToken)"/>.</summary>
internal sealed class BlockWaiter(BlockPool pool) : ResultWaiter<Block>(pool.Adapter)
{
    /// <summary>The block it was granted.</summary>
    public ulong Token { get; set; }

    public override Hold Hold => pool.HoldOf(Token);

    public void Prepare(DmaRequest? request) => Renew(pool.Line, request);

    protected override Block Hand() => pool.Hand(Token, Request);

    protected override void Recycle() => pool.Recycle(this);
}
