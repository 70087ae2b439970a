namespace DmaKit.Native;

/// <summary>Somebody who waits for a block: a link of the pool's queue. What it tells and how is its subclass's business.</summary>
internal abstract class PoolWaiter
{
    /// <summary>Where it stands; changes only under the pool's gate.</summary>
    internal PoolWaiterState State { get; set; }

    /// <summary>The block it was granted.</summary>
    internal ulong Token { get; set; }

    internal PoolWaiter? Previous { get; set; }

    internal PoolWaiter? Next { get; set; }

    /// <summary>Called once after <see cref="State"/> left <see cref="PoolWaiterState.Queued"/>, outside the gate: tells who waits.</summary>
    internal abstract void Settle();
}
