namespace DmaKit;

/// <summary>Map registers that some callers share, and the line in which they wait: all of a domain's, or those of a reservation.</summary>
internal sealed class RegisterPool(DmaDomain domain, string name) : WaitLine(domain)
{
    private RegisterPages? _pages;
    private int[] _members = [];

    /// <summary>One behind the last place that is contiguous to the device with a place.</summary>
    private int[] _runEnd = [];
    private bool[] _taken = [];
    private bool[] _lent = [];
    private bool[] _stuck = [];
    private int _free;
    private int _lentCount;
    private Action? _drained;
    private int _hint;
    private int _version;
    private int _highWater;

    public override string Name => name;

    public override long Total => _members.Length;

    public override long Available
    {
        get
        {
            using (Pass()) return _free;
        }
    }

    /// <summary>Whether all have come back after it was closed.</summary>
    private bool IsDrained => _drained is not null && _free == _members.Length;

    public int HighWater
    {
        get
        {
            using (Pass()) return _highWater;
        }
    }

    /// <summary>Gives it its registers. Once, before anything is taken.</summary>
    /// <param name="pages">The pages of all of the domain's.</param>
    /// <param name="members">The numbers of those that are this pool's, in order.</param>
    public void Fill(RegisterPages pages, ReadOnlySpan<int> members)
    {
        using (Pass())
        {
            (_taken, _lent, _stuck) = (new bool[members.Length], new bool[members.Length], new bool[members.Length]);
            (_free, _pages, _members, _runEnd) = (members.Length, pages, members.ToArray(), new int[members.Length]);
            for (int at = members.Length - 1; at >= 0; at--)
                _runEnd[at] = at + 1 < members.Length && pages.IsBehind(members[at + 1], members[at]) ? _runEnd[at + 1] : at + 1;
            _version++;
        }
    }

    /// <summary>The most registers that a mapping of an adapter can ever get, but for those that are set aside.</summary>
    public RegisterLimits LimitsFor(DmaAdapter adapter, RegisterLimits? known)
    {
        if (known is not null && known.Version == _version) return known;
        using (Pass())
        {
            int reach = _pages!.ReachOf(adapter);
            int reachable = 0;
            int longest = 0;
            for (int at = 0, length = 0; at < _members.Length && _members[at] < reach; at++)
            {
                if (_lent[at]) length = 0;
                else length = length > 0 && _pages.IsBehind(_members[at], _members[at - 1]) ? length + 1 : 1;
                longest = Math.Max(longest, length);
                if (!_lent[at]) reachable++;
            }

            return new RegisterLimits(reachable, longest, _version);
        }
    }

    /// <summary>Takes registers now, unless that would pass somebody who waits.</summary>
    /// <param name="taker">Whose they become.</param>
    /// <param name="holding">Whether its request holds something already.</param>
    public bool TryTakeNow(IRegisterTaker taker, bool holding)
    {
        // Without a block that is left in any case, which would cost every mapping: what can throw throws outside.
        Passage inside = Pass();
        bool open = _drained is null;
        bool taken = open && IsOpenTo(holding) && TryTake(taker);
        inside.Dispose();
        if (!open) ThrowIfClosed();
        return taken;
    }

    /// <summary>Takes the register that came back last for a mapping that names no request, if it is free and nobody waits.</summary>
    /// <returns>Its number; -1 where that is not so.</returns>
    public int TryTakeOne(DmaAdapter adapter)
    {
        Passage inside = Pass();
        int register = _drained is null && IsEmpty ? TakeHinted(ReachOf(adapter)) : -1;
        inside.Dispose();
        return register;
    }

    /// <summary>Gives registers back and grants those who wait, in order.</summary>
    public void Give(ReadOnlySpan<int> registers)
    {
        Passage inside = Pass();

        // Taken again first: their pages are still in the processor's caches.
        _hint = IndexOf(registers[0]);
        int twice = -1;
        if (registers.Length == 1 && _taken[_hint] && _lentCount == 0) _taken[_hint] = false;
        else if (!TryGiveRun(registers, _hint)) twice = GiveEach(registers);
        if (twice < 0) _free += registers.Length;
        bool done = IsEmpty && !IsDrained;
        inside.Dispose();
        if (twice >= 0) throw new InvalidOperationException($"Map register {twice} was given back twice.");
        if (done) return;
        if (IsDrained) _drained!();

        GrantInOrder();
    }

    /// <summary>Some that were taken are set aside: as long as they are, nobody counts on them.</summary>
    public void Lend(ReadOnlySpan<int> registers)
    {
        using (Pass())
        {
            foreach (int register in registers) _lent[IndexOf(register)] = true;
            _lentCount += registers.Length;
            _version++;
        }
    }

    /// <summary>Nothing is given out any more.</summary>
    /// <param name="drained">Called once, when everything has come back.</param>
    /// <returns>How many are still out.</returns>
    public int Close(Action drained)
    {
        int left;
        using (Pass())
        {
            _drained = drained;
            left = _members.Length - _free;
        }

        while (TryTurnAway(out Waiter? waiter))
            Domain.Waits.TurnAway(waiter, new ObjectDisposedException(nameof(RegisterLease), $"The reservation '{name}' was disposed while a mapping waited for its registers."));
        if (left == 0) drained();
        return left;
    }

    /// <summary>Gives back registers that are as many places in a row, none of them set aside: the usual case.</summary>
    private bool TryGiveRun(ReadOnlySpan<int> registers, int first)
    {
        if (_lentCount > 0 || registers.Length > _members.Length - first) return false;
        Span<bool> taken = _taken.AsSpan(first, registers.Length);
        if (!_members.AsSpan(first, registers.Length).SequenceEqual(registers) || taken.Contains(false)) return false;
        taken.Clear();
        return true;
    }

    /// <returns>One that was not taken, so that the rest stays as it is; -1 when all were.</returns>
    private int GiveEach(ReadOnlySpan<int> registers)
    {
        foreach (int register in registers)
        {
            int at = IndexOf(register);
            if (!_taken[at]) return register;
            _taken[at] = false;
            if (!_lent[at]) continue;
            _lent[at] = false;
            _lentCount--;
            _version++;
        }

        return -1;
    }

    public override void BeginLook()
    {
        base.BeginLook();
        Array.Clear(_stuck);
    }

    public override void Occupy(in Hold hold)
    {
        base.Occupy(hold);
        Mark(hold, true);
    }

    public override void Vacate(in Hold hold)
    {
        base.Vacate(hold);
        Mark(hold, false);
    }

    public override bool Fits(Waiter waiter)
    {
        IRegisterTaker taker = ((IRegisterWaiter)waiter).Taker;
        using (Pass())
        {
            int reach = ReachOf(taker.Adapter);
            return taker.NeedsOneRun
                ? FindRun(_stuck, taker.RegisterCount, reach, taker.Adapter.Constraints.Boundary, 0) >= 0
                : CountFree(_stuck, reach) >= taker.RegisterCount;
        }
    }

    protected override void ThrowIfClosed()
    {
        if (_drained is not null) throw new ObjectDisposedException(nameof(RegisterLease), $"The reservation '{name}' was disposed.");
    }

    protected override bool TryTake(Waiter waiter) => TryTake(((IRegisterWaiter)waiter).Taker);

    private bool TryTake(IRegisterTaker taker)
    {
        int count = taker.RegisterCount;
        if (count > _free) return false;
        int reach = ReachOf(taker.Adapter);
        if (count == 1 && TakeHinted(reach) is >= 0 and int hinted)
        {
            taker.Registers[0] = hinted;
            return true;
        }

        Span<int> wanted = taker.Registers.AsSpan(0, count);
        int first = FindRun(_taken, count, reach, taker.Adapter.Constraints.Boundary, _hint);
        if (first >= 0)
        {
            _taken.AsSpan(first, count).Fill(true);
            _members.AsSpan(first, count).CopyTo(wanted);
            _hint = first + count;
        }
        else if (taker.NeedsOneRun || !FindAny(wanted, reach))
        {
            return false;
        }
        else
        {
            foreach (ref int at in wanted)
            {
                _taken[at] = true;
                at = _members[at];
            }
        }

        CountTaken(count);
        return true;
    }

    /// <summary>Takes the register where the last search ended, if it is free and in reach.</summary>
    /// <returns>Its number; -1 where it is not.</returns>
    private int TakeHinted(int reach)
    {
        if (_hint >= reach || _taken[_hint]) return -1;
        int register = _members[_hint];
        _taken[_hint++] = true;
        CountTaken(1);
        return register;
    }

    private void CountTaken(int count)
    {
        _free -= count;
        _highWater = Math.Max(_highWater, _members.Length - _free);
    }

    /// <summary>Looks for places that are contiguous to the device, from where the last search ended.</summary>
    /// <returns>The first place, or -1.</returns>
    private int FindRun(bool[] taken, int wanted, int reach, long boundary, int hint)
    {
        // The place where it begins to look is the right one nearly always.
        if (boundary == 0 && hint < reach && wanted <= reach - hint && wanted <= _runEnd[hint] - hint && !taken.AsSpan(hint, wanted).Contains(true)) return hint;
        int page = Domain.Memory.PageSize;
        long bytes = (long)wanted * page;
        bool keepsBoundary = boundary >= page && bytes <= boundary;
        int length = 0;
        int at = hint;
        for (int i = 0; i < reach + wanted; i++, at++)
        {
            if (at >= reach) (at, length) = (0, 0);
            if (at >= reach) return -1;
            if (taken[at]) length = 0;
            else length = length > 0 && _runEnd[at - 1] > at ? length + 1 : 1;
            if (length < wanted) continue;
            int first = at - wanted + 1;
            if (keepsBoundary && new LogicalRange(_pages!.LogicalOf(_members[first]), bytes) is var run && (run.Start.Value ^ run.Last.Value) >= (ulong)boundary) continue;
            return first;
        }

        return -1;
    }

    private bool FindAny(Span<int> wanted, int reach)
    {
        int found = 0;
        for (int at = 0; at < reach && found < wanted.Length; at++)
        {
            if (!_taken[at]) wanted[found++] = at;
        }

        return found == wanted.Length;
    }

    private int CountFree(bool[] taken, int reach)
    {
        int free = 0;
        for (int at = 0; at < reach; at++)
        {
            if (!taken[at]) free++;
        }

        return free;
    }

    private void Mark(in Hold hold, bool stuck)
    {
        for (int i = 0; i < hold.Amount; i++) _stuck[IndexOf(hold.Units![i])] = stuck;
    }

    /// <summary>How many of its places an adapter reaches: the first ones.</summary>
    private int ReachOf(DmaAdapter adapter)
    {
        int reach = adapter.RegisterReach >= 0 ? adapter.RegisterReach : adapter.RegisterReach = _pages!.ReachOf(adapter);
        if (_members.Length == 0 || _members[^1] < reach) return _members.Length;
        int at = Array.BinarySearch(_members, reach);
        return at >= 0 ? at : ~at;
    }

    private int IndexOf(int register)
    {
        int at = register - _members[0];
        return at < _members.Length && _members[at] == register ? at : Array.BinarySearch(_members, register);
    }
}
