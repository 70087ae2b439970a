using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit;

public sealed partial class BlockPool
{
    /// <summary>The stocks of this thread, by the place of their pool in the table of pools.</summary>
    [ThreadStatic]
    private static PoolStock?[]? t_stocks;

    /// <summary>The one that this thread used last.</summary>
    [ThreadStatic]
    private static PoolStock? t_last;

    /// <summary>Takes a block, if one is free. Legal in callback context.</summary>
    /// <param name="block">The block; not cleared.</param>
    /// <returns>False when every block is out: not an error.</returns>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public bool TryRent(out Block block)
    {
        PoolStock? stock = Stock();
        if ((stock is null || !stock.TryTake(out ulong token)) && !_core.TryTake(stock, out token))
        {
            block = default;
            return false;
        }

        block = new Block(token, _kind);
        _observer?.OnRented(this, RangeOf(block.Index));
        return true;
    }

    /// <summary>Takes as many blocks as are free, up to the length of <paramref name="blocks"/>. Legal in callback context.</summary>
    /// <param name="blocks">Is filled from the front.</param>
    /// <returns>How many were taken.</returns>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public int TryRent(Span<Block> blocks) => TryRent(Stock(), blocks);

    /// <summary>Returns a block. Legal in callback context, and from any thread.</summary>
    /// <param name="block">A block of this pool. All its handles are stale afterwards.</param>
    /// <exception cref="DmaMisuseException">The block was returned already, or is of another pool.</exception>
    public void Return(Block block)
    {
        if (Accept(block)) Put(Stock(), PoolSlots.Advanced(block.Token));
    }

    /// <summary>Returns blocks. Legal in callback context, and from any thread.</summary>
    /// <param name="blocks">Blocks of this pool.</param>
    /// <exception cref="DmaMisuseException">One was returned already, or is of another pool; those in front of it are returned, those behind it are not.</exception>
    public void Return(ReadOnlySpan<Block> blocks) => Return(Stock(), blocks);

    /// <summary>Opens a cache: the fastest way to rent and return, for one thread at a time.</summary>
    /// <param name="size">How many free blocks it holds at most: 1 or more; 64 to 512 are usual.</param>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public BlockCache CreateCache(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ObjectDisposedException.ThrowIf(_core.IsClosed, this);
        return new BlockCache(this, _core.Open(Math.Min(size, Capacity), owner: null), _observer);
    }

    internal int TryRent(PoolStock? stock, Span<Block> blocks)
    {
        int n = stock?.TakeMany(blocks) ?? 0;
        if (n < blocks.Length) n += RentSlowly(stock, blocks[n..]);
        if (_observer is not null)
            foreach (Block block in blocks[..n]) _observer.OnRented(this, RangeOf(block.Index));
        return n;
    }

    internal void Return(PoolStock? stock, ReadOnlySpan<Block> blocks)
    {
        // Observers are told before somebody else can have the block, so that they see its rents in order.
        bool many = stock is not null && _observer is null && !NamesRequests;
        int done = 0;
        while (true)
        {
            if (many) done += stock!.PutMany(blocks[done..], _generations);
            if (done == blocks.Length) return;

            // The stock is full or wanted, or the block is not what it should be.
            Block block = blocks[done++];
            if (Accept(block)) Put(stock, PoolSlots.Advanced(block.Token));
        }
    }

    internal void Put(PoolStock? stock, ulong token)
    {
        if (stock is null || !stock.TryPut(token)) _core.Put(stock, token);
    }

    /// <summary>Checks a block that comes back and makes its handles stale.</summary>
    /// <returns>False when the slot is not to be used again.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Accept(in Block block)
    {
        if (block.Kind != _kind || !PoolSlots.TryAdvance(_generations, block.Token)) return Refuse(block);
        if (_requests is not null) NoteGiven(block.Index);
        _observer?.OnReturned(this, RangeOf(block.Index));
        return true;
    }

    /// <summary>A block that is not simply put back: the last rent of its slot, or misuse.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Refuse(in Block block)
    {
        if (block.Kind != _kind) BlockMisuse.ThrowForeign(Name, block);
        if (!PoolSlots.TryRetire(_generations, block.Token)) BlockMisuse.ThrowStale(this, block);
        if (_requests is not null) NoteGiven(block.Index);
        _observer?.OnReturned(this, RangeOf(block.Index));
        _core.Retire();
        return false;
    }

    /// <summary>As <see cref="Return(Block)"/>, for disposal: misuse is reported.</summary>
    internal void ReturnQuietly(in Block block)
    {
        if (!PoolSlots.IsCurrent(_generations, block.Token))
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(BlockMisuse.Rule, BlockMisuse.Stale(this, block), Name));
            return;
        }

        if (Accept(block)) Put(Stock(), PoolSlots.Advanced(block.Token));
    }

    internal void NoteRented(ulong token) => _observer?.OnRented(this, RangeOf((uint)token));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RentSlowly(PoolStock? stock, Span<Block> blocks)
    {
        const int Run = 64;
        Span<ulong> tokens = stackalloc ulong[Run];
        int n = 0;
        while (n < blocks.Length)
        {
            int wanted = Math.Min(Run, blocks.Length - n);
            int got = _core.TakeMany(stock, tokens[..wanted]);
            for (int i = 0; i < got; i++) blocks[n++] = new Block(tokens[i], _kind);
            if (got < wanted) break;
        }

        return n;
    }

    /// <summary>This thread's own stock of this pool; null for a pool so small that sharing is all there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PoolStock? Stock() => t_last is { } last && last.Kind == _kind ? last : FindStock();

    /// <summary>The thread used another pool last, or never this one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PoolStock? FindStock()
    {
        if (_core.ImplicitSize == 0) return null;
        int place = OwnerTable.Place(Id);
        PoolStock?[] stocks = t_stocks ?? new PoolStock?[Math.Max(16, place + 1)];
        if (place >= stocks.Length) Array.Resize(ref stocks, Math.Max(place + 1, stocks.Length * 2));
        t_stocks = stocks;
        if (stocks[place] is not { } stock || stock.Kind != _kind) stocks[place] = stock = _core.Open(_core.ImplicitSize, Thread.CurrentThread);
        return t_last = stock;
    }
}
