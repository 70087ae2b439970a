using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>
/// The inside of a block pool over plain slot numbers: the shared stock behind a gate, the stocks of threads, and who waits. It
/// knows no memory and no platform.
/// </summary>
/// <remarks>
/// The fast path never comes here: a <see cref="PoolStock"/> serves its thread alone. Here come refills, spills, and everything
/// while blocks are *scarce*. Scarcity begins when the shared stock is empty and somebody wants a block: all stocks are then
/// emptied into the shared one and closed, so that no block rests idle while somebody goes without; it ends when enough came back.
/// No user code runs under the gate.
/// </remarks>
internal sealed partial class PoolCore
{
    private readonly Lock _gate = new();
    private WaitLine? _line;
    private readonly List<PoolStock> _stocks = [];
    private readonly ulong[] _shared;
    private readonly uint _id;
    private readonly int _plenty;
    private int _sharedCount;
    private bool _scarce;
    private bool _closed;
    private int _retired;
    private int _peak;
    private long _taken;
    private long _put;
    private long _failures;

    internal PoolCore(int capacity, uint id, uint firstSlot, uint firstGeneration)
    {
        _id = id;
        Slots = new PoolSlots(firstSlot, capacity, firstGeneration);
        // The lowest slot lies on top, so that a fresh pool hands out its blocks in order.
        _shared = Slots.Entries.ToArray();
        _sharedCount = capacity;
        _plenty = Math.Max(1, capacity / 4);
        ImplicitSize = Math.Min(64, capacity / 8) & ~1;
    }

    internal Lock Gate => _gate;

    /// <summary>Where callers wait. Set once, before the first call.</summary>
    internal WaitLine Line { set => _line = value; }

    /// <summary>What each slot's handle must carry.</summary>
    internal PoolSlots Slots { get; }

    internal int Capacity => _shared.Length;

    /// <summary>How many blocks a thread's implicit stock holds at most; 0 when the pool is so small that every call goes through the gate.</summary>
    internal int ImplicitSize { get; }

    internal bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Opens a stock for a thread, or for whoever holds an explicit cache.</summary>
    internal PoolStock Open(int size, Thread? owner)
    {
        var stock = new PoolStock(size, _id, owner);
        lock (_gate)
        {
            if (owner is not null) CollectDeadOwners();
            if (_scarce || _closed) stock.Revoke();
            _stocks.Add(stock);
        }

        return stock;
    }

    /// <summary>Closes an explicit cache's stock: its blocks go to who waits, else to the shared stock.</summary>
    internal void Close(PoolStock stock)
    {
        lock (_gate)
        {
            NotePeak();
            stock.Revoke();
            Remove(stock);
            LeaveScarcity();
            if (!SomebodyWaits) return;
        }

        _line!.GrantInOrder();
    }

    /// <summary>Takes one block where the thread's own stock had none.</summary>
    /// <param name="stock">The thread's stock, to be refilled; null for none.</param>
    /// <param name="token">Index and generation.</param>
    /// <param name="willWait">The caller waits where there is none: that is no failure.</param>
    /// <returns>False when every block is out.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool TryTake(PoolStock? stock, out ulong token, bool willWait = false)
    {
        lock (_gate)
        {
            if (!Stocked())
            {
                if (!willWait) _failures++;
                token = 0;
                return false;
            }

            NotePeak();
            token = Pop();
            _taken++;
            if (stock is { Removed: false } && !_scarce) Refill(stock);
            NotePeak();
            return true;
        }
    }

    /// <summary>Takes what is still wanting of a burst.</summary>
    /// <returns>How many were taken.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int TakeMany(PoolStock? stock, Span<ulong> tokens)
    {
        int n = 0;
        lock (_gate)
        {
            NotePeak();
            while (n < tokens.Length && Stocked())
            {
                int run = Math.Min(tokens.Length - n, _sharedCount);
                Top(run).CopyTo(tokens[n..]);
                _sharedCount -= run;
                n += run;
            }

            _taken += n;
            if (n < tokens.Length) _failures++;
            else if (stock is { Removed: false } && !_scarce) Refill(stock);
            NotePeak();
        }

        return n;
    }

    /// <summary>Gives back one block where the thread's own stock was full or closed. Its handle is stale already.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Put(PoolStock? stock, ulong token)
    {
        lock (_gate)
        {
            _put++;
            if (!SomebodyWaits)
            {
                PutLocked(stock, token);
                return;
            }

            _sharedCount++;
            Top(1)[0] = token;
        }

        _line!.GrantInOrder();
    }

    /// <summary>Notes that a slot was given back for the last time: its generations are used up.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Retire()
    {
        lock (_gate)
        {
            _put++;
            _retired++;
        }
    }

    private void PutLocked(PoolStock? stock, ulong token)
    {
        if (stock is { Removed: false } && !_scarce && !_closed)
        {
            NotePeak();
            if (stock.Count >= stock.Size) Spill(stock);
            if (stock.Count < stock.Size)
            {
                stock.MoveIn(new ReadOnlySpan<ulong>(in token));
                NotePeak();
                stock.ResetLow();
                return;
            }
        }

        _sharedCount++;
        Top(1)[0] = token;
        LeaveScarcity();
    }

    /// <summary>The newest entries of the shared stock, a stack that grows downwards as those of threads do.</summary>
    private Span<ulong> Top(int count) => _shared.AsSpan(_shared.Length - _sharedCount, count);

    private ulong Pop()
    {
        ulong token = Top(1)[0];
        _sharedCount--;
        return token;
    }

    private void Refill(PoolStock stock)
    {
        int n = Math.Min(Math.Min((stock.Size + 1) / 2, stock.Size - stock.Count), _sharedCount);
        if (n > 0)
        {
            stock.MoveIn(Top(n));
            _sharedCount -= n;
        }

        stock.ResetLow();
    }

    private void Spill(PoolStock stock)
    {
        int n = (stock.Size + 1) / 2;
        _sharedCount += n;
        stock.MoveOut(Top(n), n);
        stock.ResetLow();
    }

    /// <summary>Whether the shared stock has a block, after the stocks of all threads were emptied into it where that helps.</summary>
    private bool Stocked()
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(BlockPool));

        // What came back while somebody waits is his.
        return !SomebodyWaits && Restocked();
    }

    private bool Restocked()
    {
        if (_sharedCount != 0) return true;
        if (_scarce) return false;
        foreach (PoolStock stock in _stocks)
        {
            if (stock.Count == 0) continue;
            Gather();
            return _sharedCount != 0;
        }

        return false;
    }

    /// <summary>Empties and closes the stocks of all threads: from here on every call comes to the gate, until scarcity ends.</summary>
    private void Gather()
    {
        NotePeak();
        _scarce = true;
        if (_stocks.Count == 0) return;
        foreach (PoolStock stock in _stocks) stock.Revoke();
        Interlocked.MemoryBarrierProcessWide();
        foreach (PoolStock stock in _stocks) Retract(stock);
    }

    /// <summary>Empties a stock whose owner is known to be out, or on its way out.</summary>
    private void Retract(PoolStock stock)
    {
        stock.AwaitIdle();
        int n = stock.Count;
        _sharedCount += n;
        stock.MoveOut(Top(n), n);
        stock.ResetLow();
    }

    /// <summary>Takes a stock away for good; what it counted is kept.</summary>
    private void Remove(PoolStock stock)
    {
        Retract(stock);
        stock.Removed = true;
        _taken += stock.Taken;
        _put += stock.Put;
        _stocks.Remove(stock);
    }

    private void CollectDeadOwners()
    {
        bool any = false;
        foreach (PoolStock stock in _stocks)
        {
            if (stock.Owner is not { IsAlive: false }) continue;
            // Another thread may have taken its place at the same place of its stack.
            stock.Revoke();
            any = true;
        }

        if (!any) return;
        Interlocked.MemoryBarrierProcessWide();
        for (int i = _stocks.Count - 1; i >= 0; i--)
            if (_stocks[i].Owner is { IsAlive: false } && _stocks[i].IsRevoked) Remove(_stocks[i]);
    }

    private void LeaveScarcity()
    {
        if (!_scarce || _closed || _sharedCount < _plenty || SomebodyWaits) return;
        _scarce = false;
        foreach (PoolStock stock in _stocks) stock.Readmit();
    }
}
