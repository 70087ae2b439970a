using System.Diagnostics;
using DmaKit.Native;

namespace DmaKit;

/// <summary>Free blocks of a <see cref="BlockPool"/> that one thread keeps at hand: the fastest way to rent and return.</summary>
/// <remarks>
/// For one thread at a time; it may move between threads when the program orders that. Builds with debugging check it. Blocks that rest
/// here count as available: when the pool runs out, they are taken out for whoever goes without. Blocks that were rented through a
/// cache may be returned anywhere, and the reverse.
/// </remarks>
public sealed class BlockCache : IDisposable
{
    private readonly PoolStock _stock;
    private readonly BlockPool _pool;
    private readonly PoolCore _core;
    private readonly PoolSlots _slots;
    private readonly DmaObserver? _observer;
    private int _disposed;
#if DEBUG
    private int _user;
#endif

    internal BlockCache(BlockPool pool, PoolStock stock, DmaObserver? observer)
    {
        _pool = pool;
        _stock = stock;
        _core = pool.Core;
        _slots = pool.Core.Slots;
        _observer = observer;
    }

    /// <summary>The pool that it is of.</summary>
    public BlockPool Pool => _pool;

    /// <summary>How many free blocks it holds at most.</summary>
    public int Size => _stock.Size;

    /// <summary>How many free blocks it holds now.</summary>
    public int Count => _stock.Count;

    /// <inheritdoc cref="BlockPool.TryRent(out Block)"/>
    public bool TryRent(out Block block)
    {
        Enter();
        bool taken = _stock.TryTakeFromHand(out ulong token) || _stock.TryTake(out token) || TakeSlowly(out token);
        Leave();
        if (!taken)
        {
            block = default;
            return false;
        }

        block = new Block(token);
        if (_observer is not null) _pool.NoteRented(token);
        return true;
    }

    /// <inheritdoc cref="BlockPool.TryRent(Span{Block})"/>
    public int TryRent(Span<Block> blocks)
    {
        Enter();
        try
        {
            // A closed cache holds nothing.
            int n = _stock.TakeMany(blocks);
            if (n == blocks.Length && _observer is null) return n;
            ThrowIfDisposed();
            return _pool.RentRest(_stock, blocks, n);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc cref="BlockPool.Return(Block)"/>
    public void Return(Block block)
    {
        Enter();
        if (_pool.IsWatched || !_slots.TryAdvance(block.Token))
        {
            ReturnSlowly(block);
            return;
        }

        ulong token = PoolSlots.Advanced(block.Token);
        if (!_stock.TryPutIntoHand(token) && !_stock.TryPut(token)) _core.Put(_disposed == 0 ? _stock : null, token);
        Leave();
    }

    /// <inheritdoc cref="BlockPool.Return(ReadOnlySpan{Block})"/>
    public void Return(ReadOnlySpan<Block> blocks)
    {
        Enter();
        try
        {
            int done = !_pool.IsWatched ? _stock.PutMany(blocks, _slots) : 0;
            if (done != blocks.Length) _pool.ReturnRest(_disposed == 0 ? _stock : null, blocks, done);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives the free blocks back to the pool. Blocks that are out stay out. A second call does nothing; never throws.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _core.Close(_stock);
    }

    /// <summary>What is watched, is the last rent of its slot, or is misuse.</summary>
    private void ReturnSlowly(Block block)
    {
        try
        {
            if (_pool.Accept(block)) _core.Put(_disposed == 0 ? _stock : null, PoolSlots.Advanced(block.Token));
        }
        finally
        {
            Leave();
        }
    }

    private bool TakeSlowly(out ulong token)
    {
        if (_disposed != 0) Leave();
        ThrowIfDisposed();
        return _core.TryTake(_stock, out token);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed != 0, this);

    [Conditional("DEBUG")]
    private void Enter()
    {
#if DEBUG
        int me = Environment.CurrentManagedThreadId;
        int other = Interlocked.CompareExchange(ref _user, me, 0);
        if (other != 0)
        {
            throw _pool.Adapter.Function.Platform.Misuse.Refuse(
                "cache-used-by-two-threads", _pool.Name, $"A cache of pool '{_pool.Name}' was used by thread {me} while thread {other} was using it: a cache is for one thread at a time.");
        }
#endif
    }

    [Conditional("DEBUG")]
    private void Leave()
    {
#if DEBUG
        Interlocked.Exchange(ref _user, 0);
#endif
    }
}
