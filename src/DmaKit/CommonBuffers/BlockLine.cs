using DmaKit.Native;

namespace DmaKit;

/// <summary>The blocks of a pool, and who waits for one. While somebody does, no block rests in a cache.</summary>
internal sealed class BlockLine(BlockPool pool, PoolCore core) : WaitLine(pool.Adapter.Domain, core.Gate)
{
    public override string Name => $"blocks of '{pool.Name}'";

    public override long Total => core.Usable;

    public override long Available => core.Snapshot(default).Available;

    protected override bool TryTake(Waiter waiter)
    {
        if (!core.TryTakeForLine(out ulong token)) return false;
        ((BlockWaiter)waiter).Token = token;
        return true;
    }

    protected override void ThrowIfClosed() => ObjectDisposedException.ThrowIf(core.IsClosed, typeof(BlockPool));
}
