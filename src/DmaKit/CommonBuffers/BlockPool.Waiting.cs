using DmaKit.Native;

namespace DmaKit;

public sealed partial class BlockPool
{
    private readonly Stack<BlockWaiter> _idleWaiters = new();

    /// <summary>Whom each block serves; made when the first request is named.</summary>
    private DmaRequest?[]? _requests;

    /// <summary>
    /// Takes a block, or waits for one: requests that hold something first, then first come, first served. What follows the wait runs where the
    /// platform runs continuations.
    /// </summary>
    /// <remarks>The result is to be awaited once, as with every <see cref="ValueTask{T}"/>. Nothing is allocated once the pool has had as many waiters before.</remarks>
    /// <param name="cancellationToken">Gives up waiting. The wait ends as cancelled or with a block, never both.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context: <see cref="TryRent(out Block)"/> is legal there.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public ValueTask<Block> RentAsync(CancellationToken cancellationToken = default) => RentCoreAsync(null, cancellationToken);

    /// <summary>Takes a block for a request, or waits for one.</summary>
    /// <param name="request">The request that the block serves until it is returned.</param>
    /// <param name="cancellationToken">Gives up waiting. The wait ends as cancelled or with a block, never both.</param>
    /// <exception cref="DmaDeadlockException">The wait can never end, and the request is the newest of those that wait for each other.</exception>
    /// <inheritdoc cref="RentAsync(CancellationToken)"/>
    public ValueTask<Block> RentAsync(DmaRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        DmaRequest.Check(request, Adapter.Domain);
        if (_requests is null) Interlocked.CompareExchange(ref _requests, new DmaRequest?[Capacity], null);
        _watched = true;
        return RentCoreAsync(request, cancellationToken);
    }

    internal BlockLine Line { get; }

    /// <summary>Whether it was disposed.</summary>
    internal bool IsDisposed => _core.IsClosed;

    /// <summary>Whether somebody is to know of every return: an observer, or because some blocks serve requests that were named.</summary>
    internal bool IsWatched => _watched;

    internal Hold HoldOf(ulong token) => new(Line, _slots.IndexOf(token), 1);

    /// <summary>The handle of a block that was taken out of turn with the caches.</summary>
    internal Block Hand(ulong token, DmaRequest? request)
    {
        if (request is not null) _requests![(int)_slots.IndexOf(token)] = request;
        NoteRented(token);
        return new Block(token);
    }

    internal void Recycle(BlockWaiter waiter)
    {
        lock (_idleWaiters) _idleWaiters.Push(waiter);
    }

    private ValueTask<Block> RentCoreAsync(DmaRequest? request, CancellationToken cancellationToken)
    {
        CallbackContext.Forbid("BlockPool.RentAsync", "use TryRent, which does not wait");
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<Block>(cancellationToken);
        if (request is null && Adapter.Domain.Delays is null)
        {
            PoolStock? stock = Stock();
            if ((stock is not null && stock.TryTake(out ulong token)) || _core.TryTake(stock, out token, willWait: true)) return new(Hand(token, null));
        }

        BlockWaiter waiter;
        lock (_idleWaiters) waiter = _idleWaiters.Count > 0 ? _idleWaiters.Pop() : new BlockWaiter(this);
        waiter.Prepare(request);
        if (!Adapter.Domain.Waits.TakeOrQueue(waiter))
        {
            waiter.CancelWith(cancellationToken);
            return new(waiter, waiter.Version);
        }

        Block block = Hand(waiter.Token, request);
        Recycle(waiter);
        return new(block);
    }

    /// <summary>A block that serves a request comes back.</summary>
    private void NoteGiven(ulong token)
    {
        if (Interlocked.Exchange(ref _requests![(int)_slots.IndexOf(token)], null) is { } request) Adapter.Domain.Waits.Give(request, HoldOf(token));
    }
}
