namespace DmaKit.Native;

/// <summary>Who waits, in order; and what looks at the whole pool at once.</summary>
internal sealed partial class PoolCore
{
    private PoolWaiter? _first;
    private PoolWaiter? _last;
    private PoolWaiter? _idle;
    private int _waiting;

    /// <summary>Takes a waiter that was used before, if there is one.</summary>
    internal PoolWaiter? PopIdleWaiter()
    {
        lock (_gate)
        {
            PoolWaiter? waiter = _idle;
            if (waiter is not null)
            {
                _idle = waiter.Next;
                waiter.Next = null;
            }

            return waiter;
        }
    }

    /// <summary>Keeps a waiter for the next wait.</summary>
    internal void PushIdleWaiter(PoolWaiter waiter)
    {
        lock (_gate)
        {
            waiter.State = PoolWaiterState.Idle;
            waiter.Next = _idle;
            _idle = waiter;
        }
    }

    /// <summary>Takes a block, or queues the waiter behind those who wait already.</summary>
    /// <returns>Whether a block was taken; the waiter is then not used.</returns>
    internal bool TakeOrWait(PoolWaiter waiter, out ulong token)
    {
        lock (_gate)
        {
            // Before anybody waits, no block may rest with a thread: not even one that was put there a moment ago and cannot be
            // seen from here yet. While blocks are scarce, none does.
            bool stocked = Stocked();
            if (!stocked && !_scarce)
            {
                Gather();
                stocked = _sharedCount != 0;
            }

            if (stocked)
            {
                token = Pop();
                _taken++;
                NotePeak();
                LeaveScarcity();
                return true;
            }

            token = 0;
            waiter.State = PoolWaiterState.Queued;
            waiter.Previous = _last;
            if (_last is null) _first = waiter;
            else _last.Next = waiter;
            _last = waiter;
            _waiting++;
            return false;
        }
    }

    /// <summary>Takes a waiter out of the queue, unless it was granted a block before.</summary>
    internal bool TryCancel(PoolWaiter waiter)
    {
        lock (_gate)
        {
            if (waiter.State != PoolWaiterState.Queued) return false;
            Unlink(waiter);
            waiter.State = PoolWaiterState.Cancelled;
            return true;
        }
    }

    /// <summary>
    /// Ends the pool: nothing is given out any more, who waits is told, and every handle that is still out becomes stale.
    /// </summary>
    /// <param name="live">How many blocks were out.</param>
    /// <returns>False when it had ended before.</returns>
    internal bool Close(out int live)
    {
        PoolWaiter? waiting;
        lock (_gate)
        {
            live = 0;
            if (_closed) return false;
            Gather();
            Volatile.Write(ref _closed, true);
            live = Live;
            for (int i = 0; i < Generations.Length; i++)
                if (Generations[i] != 0) Generations[i]++;
            waiting = _first;
            for (PoolWaiter? w = waiting; w is not null; w = w.Next) w.State = PoolWaiterState.Closed;
            _first = _last = null;
            _waiting = 0;
        }

        while (waiting is not null)
        {
            PoolWaiter next = waiting;
            waiting = next.Next;
            next.Next = next.Previous = null;
            next.Settle();
        }

        return true;
    }

    /// <summary>Figures that fit together, from a moment when no thread was inside its stock.</summary>
    /// <param name="isFree">Is set for every slot that is free, if its length is the capacity; left alone if it is empty.</param>
    internal BlockPoolStatistics Snapshot(Span<bool> isFree)
    {
        lock (_gate)
        {
            if (!isFree.IsEmpty)
            {
                if (!_scarce && !_closed) Gather();
                foreach (ulong token in _shared.AsSpan(0, _sharedCount)) isFree[(int)(uint)token] = true;
                LeaveScarcity();
            }

            NotePeak();
            long taken = _taken;
            long put = _put;
            int cached = 0;
            foreach (PoolStock stock in _stocks)
            {
                taken += stock.Taken;
                put += stock.Put;
                cached += stock.Count;
            }

            return new BlockPoolStatistics
            {
                Capacity = Capacity,
                Live = Live,
                Cached = cached,
                Retired = _retired,
                Peak = _peak,
                Rents = taken,
                Returns = put,
                Failures = _failures,
                Waiters = _waiting,
            };
        }
    }

    private int Live
    {
        get
        {
            int free = _sharedCount;
            foreach (PoolStock stock in _stocks) free += stock.Count;
            return Capacity - _retired - free;
        }
    }

    private bool TryGrant(ulong token, out PoolWaiter? waiter)
    {
        waiter = _first;
        if (waiter is null) return false;
        Unlink(waiter);
        waiter.Token = token;
        waiter.State = PoolWaiterState.Granted;
        _taken++;
        return true;
    }

    private void Unlink(PoolWaiter waiter)
    {
        if (waiter.Previous is null) _first = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        waiter.Previous = waiter.Next = null;
        _waiting--;
    }

    /// <summary>
    /// The most that can have been out since the last look: what is neither shared nor was always in a stock. Exact while one
    /// thread has a stock; with several it may count a block that moved between them.
    /// </summary>
    private void NotePeak()
    {
        int free = _sharedCount;
        foreach (PoolStock stock in _stocks) free += stock.Low;
        _peak = Math.Max(_peak, Capacity - _retired - free);
    }
}
