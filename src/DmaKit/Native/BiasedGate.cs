namespace DmaKit.Native;

/// <summary>
/// A lock for sections of a few dozen nanoseconds that leans towards the thread that uses it alone: that one enters and leaves with plain stores,
/// which let the processor work on. Who else comes takes the lead away, which costs microseconds, and each time it takes longer to get.
/// </summary>
/// <remarks>
/// The pair "owner: store busy, load owner" and "other: store owner, process-wide barrier, load busy" is Dekker's lock with the whole cost on the
/// side that is rare. Threads are told apart by <see cref="StackPage"/>. Not re-entrant; nothing runs under it but the library's own arithmetic.
/// </remarks>
internal struct BiasedGate
{
    private const int FirstPatience = 64;
    private const int LastPatience = 1 << 24;

    /// <summary>The stack page of the thread that the gate leans to; 0 for none.</summary>
    private nuint _owner;

    /// <summary>1 while that thread is inside, or looks whether it may be.</summary>
    private int _busy;

    /// <summary>1 while anybody is inside who came the ordinary way.</summary>
    private int _taken;

    /// <summary>Whether who is inside came the ordinary way. Only who is inside looks at it.</summary>
    private bool _ordinary;

    private nuint _last;
    private int _streak;
    private int _patience;

    internal void Enter()
    {
        nuint page = StackPage.Current;
        if (_owner == page)
        {
            Volatile.Write(ref _busy, 1);
            if (Volatile.Read(ref _owner) == page) return;
            Volatile.Write(ref _busy, 0);
        }

        EnterOrdinarily(page);
    }

    internal void Leave()
    {
        if (!_ordinary)
        {
            Volatile.Write(ref _busy, 0);
            return;
        }

        _ordinary = false;
        Volatile.Write(ref _taken, 0);
    }

    private void EnterOrdinarily(nuint page)
    {
        var spin = new SpinWait();
        while (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            do spin.SpinOnce(sleep1Threshold: -1);
            while (Volatile.Read(ref _taken) != 0);
        }

        if (_owner != 0)
        {
            Volatile.Write(ref _owner, 0);
            Interlocked.MemoryBarrierProcessWide();
            while (Volatile.Read(ref _busy) != 0) spin.SpinOnce(sleep1Threshold: -1);
            _patience = Math.Min(_patience * 2, LastPatience);
        }

        _ordinary = true;
        if (_last != page)
        {
            (_last, _streak) = (page, 0);
            return;
        }

        if (_patience == 0) _patience = FirstPatience;
        if (++_streak < _patience) return;
        _streak = 0;
        Volatile.Write(ref _owner, page);
    }
}
