using DmaKit.Native;

namespace DmaKit;

public sealed partial class BlockPool
{
    /// <summary>Takes a block, or waits for one: first come, first served. What follows the wait runs where the platform runs continuations.</summary>
    /// <remarks>The result is to be awaited once, as with every <see cref="ValueTask{T}"/>. Nothing is allocated once the pool has had as many waiters before.</remarks>
    /// <param name="cancellationToken">Gives up waiting. The wait ends as cancelled or with a block, never both.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: <see cref="TryRent(out Block)"/> is legal there.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public ValueTask<Block> RentAsync(CancellationToken cancellationToken = default)
    {
        CallbackContext.Forbid("BlockPool.RentAsync", "use TryRent, which does not wait");
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Block>(cancellationToken);
        PoolStock? stock = Stock();
        if ((stock is not null && stock.TryTake(out ulong token)) || _core.TryTake(stock, out token, willWait: true)) return new(Rented(token));
        BlockWaiter waiter = _core.PopIdleWaiter() as BlockWaiter ?? new BlockWaiter(this);
        if (_core.TakeOrWait(waiter, out token))
        {
            _core.PushIdleWaiter(waiter);
            return new(Rented(token));
        }

        return waiter.Wait(cancellationToken);
    }

    /// <summary>The handle of a block that a waiter was granted.</summary>
    internal Block Made(ulong token) => new(token, _kind);

    private Block Rented(ulong token)
    {
        NoteRented(token);
        return Made(token);
    }
}
