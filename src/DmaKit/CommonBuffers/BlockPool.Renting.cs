using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit;

public sealed partial class BlockPool
{
    /// <summary>The stocks of this thread, by the place of their pool.</summary>
    [ThreadStatic]
    private static PoolStock?[]? t_stocks;

    /// <summary>A power of two: how many pages of stack there is room for without the table.</summary>
    private const int NearStocks = 128;

    /// <summary>Stocks by the one or two pages of stack that the place lies in at which their threads were last seen. Whoever finds another's there looks on.</summary>
    private readonly PoolStock?[] _near = new PoolStock?[NearStocks];

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

        block = new Block(token);
        _observer?.OnRented(this, RangeOf(IndexOf(block)));
        return true;
    }

    /// <summary>Takes as many blocks as are free, up to the length of <paramref name="blocks"/>. Legal in callback context.</summary>
    /// <param name="blocks">Is filled from the front.</param>
    /// <returns>How many were taken.</returns>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public int TryRent(Span<Block> blocks)
    {
        PoolStock? stock = Stock();
        int n = stock?.TakeMany(blocks) ?? 0;
        return n == blocks.Length && _observer is null ? n : RentRest(stock, blocks, n);
    }

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
    public void Return(ReadOnlySpan<Block> blocks)
    {
        PoolStock? stock = Stock();
        int done = stock is not null && !IsWatched ? stock.PutMany(blocks, _slots) : 0;
        if (done != blocks.Length) ReturnRest(stock, blocks, done);
    }

    /// <summary>Opens a cache: the fastest way to rent and return, for one thread at a time.</summary>
    /// <param name="size">How many free blocks it holds at most: 1 or more; 64 to 512 are usual.</param>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public BlockCache CreateCache(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ObjectDisposedException.ThrowIf(_core.IsClosed, this);
        return new BlockCache(this, _core.Open(Math.Min(size, Capacity), owner: null), _observer);
    }

    /// <summary>What a burst still wants when the thread's stock has given <paramref name="n"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int RentRest(PoolStock? stock, Span<Block> blocks, int n)
    {
        if (n < blocks.Length) n += RentSlowly(stock, blocks[n..]);
        if (_observer is not null)
            foreach (Block block in blocks[..n]) _observer.OnRented(this, RangeOf(IndexOf(block)));
        return n;
    }

    /// <summary>Returns what comes after the first <paramref name="done"/>: the stock is full or wanted, or a block is not what it should be.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void ReturnRest(PoolStock? stock, ReadOnlySpan<Block> blocks, int done)
    {
        // Observers are told before somebody else can have the block, so that they see its rents in order.
        bool many = stock is not null && !IsWatched;
        while (done < blocks.Length)
        {
            Block block = blocks[done++];
            if (Accept(block)) Put(stock, PoolSlots.Advanced(block.Token));
            if (many) done += stock!.PutMany(blocks[done..], _slots);
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
        if (!_slots.TryAdvance(block.Token)) return Refuse(block);
        if (_watched) NoteReturned(block);
        return true;
    }

    /// <summary>A block that is not simply put back: the last rent of its slot, or misuse.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Refuse(in Block block)
    {
        if (IndexOf(block) >= (uint)Capacity) BlockMisuse.ThrowForeign(this, block);
        if (!_slots.TryRetire(block.Token)) BlockMisuse.ThrowStale(this, block, BlockMisuse.Twice);
        if (_watched) NoteReturned(block);
        _core.Retire();
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteReturned(in Block block)
    {
        if (_requests is not null) NoteGiven(block.Token);
        _observer?.OnReturned(this, RangeOf(IndexOf(block)));
    }

    /// <summary>
    /// The library gives back blocks after the pool was disposed, which said then that they were out: at the device's quiet, where there is nobody to throw to.
    /// Who watches hears of their end.
    /// </summary>
    internal void NoteLate(ReadOnlySpan<Block> blocks)
    {
        foreach (Block block in blocks)
            if (_watched) NoteReturned(block);
    }

    /// <summary>As <see cref="Return(Block)"/>, for disposal: misuse is reported.</summary>
    internal void ReturnQuietly(in Block block)
    {
        if (!_slots.IsCurrent(block.Token))
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(BlockMisuse.Twice, BlockMisuse.Stale(this, block), Name));
            return;
        }

        if (Accept(block)) Put(Stock(), PoolSlots.Advanced(block.Token));
    }

    internal void NoteRented(ulong token) => _observer?.OnRented(this, RangeOf(_slots.IndexOf(token)));

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
            for (int i = 0; i < got; i++) blocks[n++] = new Block(tokens[i]);
            if (got < wanted) break;
        }

        return n;
    }

    /// <summary>This thread's own stock of this pool; null for a pool so small that sharing is all there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PoolStock? Stock()
    {
        nuint here = StackPage.Here;
        PoolStock? near = SlotEntry.Of(_near, (uint)(here / StackPage.Size) % NearStocks);
        return near is not null && here - near.Place < StackPage.Size ? near : FindStock(here);
    }

    /// <summary>The thread is far from where it was on its stack last time, or never was here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private PoolStock? FindStock(nuint here)
    {
        if (_core.ImplicitSize == 0) return null;
        int place = OwnerTable.Place(Id);
        PoolStock?[] stocks = t_stocks ?? new PoolStock?[Math.Max(16, place + 1)];
        if (place >= stocks.Length) Array.Resize(ref stocks, Math.Max(place + 1, stocks.Length * 2));
        t_stocks = stocks;
        if (stocks[place] is not { Removed: false } stock || stock.PoolId != Id) stocks[place] = stock = _core.Open(_core.ImplicitSize, Thread.CurrentThread);
        stock.Place = here - (StackPage.Size / 2);
        foreach (nuint edge in (ReadOnlySpan<nuint>)[stock.Place, stock.Place + StackPage.Size - 1]) _near[(uint)(edge / StackPage.Size) % NearStocks] = stock;
        return stock;
    }
}
