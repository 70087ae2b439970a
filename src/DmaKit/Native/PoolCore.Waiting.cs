namespace DmaKit.Native;

/// <summary>Who waits, in order; and what looks at the whole pool at once.</summary>
internal sealed partial class PoolCore
{
    /// <summary>How many blocks there are that were not retired.</summary>
    internal int Usable
    {
        get
        {
            lock (_gate) return Capacity - _retired;
        }
    }

    private bool SomebodyWaits => _line is { IsEmpty: false };

    /// <summary>Under the gate, for whoever is the next in line: takes a block.</summary>
    internal bool TryTakeForLine(out ulong token)
    {
        // Before anybody waits, no block may rest with a thread: not even one that was put there a moment ago and cannot be
        // seen from here yet. While blocks are scarce, none does.
        bool stocked = Restocked();
        if (!stocked && !_scarce)
        {
            Gather();
            stocked = _sharedCount != 0;
        }

        token = 0;
        if (!stocked) return false;
        token = Pop();
        _taken++;
        NotePeak();
        LeaveScarcity();
        return true;
    }

    /// <summary>
    /// Ends the pool: nothing is given out any more, who waits is told, and every handle that is still out becomes stale.
    /// </summary>
    /// <param name="live">How many blocks were out.</param>
    /// <param name="generation">A generation that no handle has; 0 when there is none.</param>
    /// <returns>False when it had ended before.</returns>
    internal bool Close(out int live, out uint generation)
    {
        lock (_gate)
        {
            (live, generation) = (0, 0);
            if (_closed) return false;
            Gather();
            Volatile.Write(ref _closed, true);
            live = Live;
            generation = Slots.AdvanceAll();
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
                foreach (ulong token in Top(_sharedCount)) isFree[(int)Slots.IndexOf(token)] = true;
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
                Waiters = _line?.Count ?? 0,
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

    /// <summary>
    /// The most that can have been out since the last look: what is neither shared nor was always in a stock. Exact while one
    /// thread has a stock; with several it may count a block that moved between them.
    /// </summary>
    private void NotePeak()
    {
        // Were nothing at all in the stocks, would it be a new peak? If not, they are not looked at: each lies with another core.
        int free = _sharedCount;
        if (Capacity - _retired - free <= _peak) return;
        foreach (PoolStock stock in _stocks) free += stock.Low;
        _peak = Math.Max(_peak, Capacity - _retired - free);
    }
}
