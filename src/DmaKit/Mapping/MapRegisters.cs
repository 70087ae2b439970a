using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// The map registers of a domain: pages within every device's reach through which bytes are copied that a device cannot reach
/// where they lie. Shared by the adapters of the domain; bounded; first come, first served.
/// </summary>
/// <remarks>Safe from any thread. Their memory is taken from the platform when the first one is needed.</remarks>
public sealed class MapRegisters
{
    private readonly DmaDomain _domain;
    private readonly Lock _gate = new();
    private readonly WaiterQueue<MapWaiter> _waiters = new();
    private RegisterLimits? _hoped;
    private MemoryRun[] _runs = [];
    private LogicalAddress[] _logical = [];
    private nint[] _host = [];
    private bool[] _taken = [];
    private int _free;
    private int _hint;
    private int _highWater;
    private long _mapped;
    private long _directBytes;
    private long _bouncedBytes;

    internal MapRegisters(DmaDomain domain) => _domain = domain;

    /// <summary>The size of a register's page in bytes.</summary>
    public int PageSize => _domain.Memory.PageSize;

    /// <summary>How many there are at most; fewer when memory was short.</summary>
    public int Capacity
    {
        get
        {
            lock (_gate) return _runs.Length == 0 ? _domain.Memory.MapRegisterCount : _logical.Length;
        }
    }

    /// <summary>How many are free.</summary>
    public int Free
    {
        get
        {
            lock (_gate) return _runs.Length == 0 ? _domain.Memory.MapRegisterCount : _free;
        }
    }

    /// <summary>How many mappings wait for registers.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiters.Count;
        }
    }

    internal MappingStatistics Statistics
    {
        get
        {
            lock (_gate) return new MappingStatistics(_mapped, _directBytes, _bouncedBytes, 0, _highWater);
        }
    }

    internal nint HostOf(int register) => _host[register];

    internal LogicalAddress LogicalOf(int register) => _logical[register];

    internal void Count(long direct, long bounced)
    {
        Interlocked.Increment(ref _mapped);
        if (direct != 0) Interlocked.Add(ref _directBytes, direct);
        if (bounced != 0) Interlocked.Add(ref _bouncedBytes, bounced);
    }

    /// <summary>The most registers that a mapping of an adapter can ever get. Worked out once an adapter, when the registers have their memory.</summary>
    internal RegisterLimits LimitsFor(DmaAdapter adapter)
    {
        if (adapter.RegisterLimits is { } known) return known;
        lock (_gate)
        {
            if (_runs.Length == 0) return _hoped ??= new RegisterLimits(_domain.Memory.MapRegisterCount, _domain.Memory.MapRegisterCount);

            // Registers lie in order of address, so that those in reach come first.
            int reachable = _logical.Length;
            ulong highest = adapter.Constraints.HighestAddress.Value - (ulong)(PageSize - 1);
            while (reachable > 0 && _logical[reachable - 1].Value > highest) reachable--;
            int longestRun = 0;
            for (int at = 0, length = 0; at < reachable; at++)
            {
                length = at > 0 && _logical[at] == _logical[at - 1] + PageSize ? length + 1 : 1;
                longestRun = Math.Max(longestRun, length);
            }

            return adapter.RegisterLimits = new RegisterLimits(reachable, longestRun);
        }
    }

    /// <summary>Takes the registers' memory if nobody did before: what fits is known only then, since they may not lie in one run.</summary>
    /// <returns>Whether it was taken just now, so that limits found before are too hopeful.</returns>
    internal bool TakeMemory(DmaAdapter adapter)
    {
        lock (_gate)
        {
            if (_runs.Length != 0) return false;
            Fill(adapter);
            return true;
        }
    }

    /// <summary>Takes registers now, unless somebody is waiting for some already.</summary>
    /// <param name="slot">Whose registers they become.</param>
    internal bool TryTake(MappingSlot slot)
    {
        lock (_gate)
        {
            Fill(slot.Adapter);
            return _waiters.Count == 0 && TakeLocked(slot);
        }
    }

    /// <summary>Takes registers now, or queues the waiter behind those who came before.</summary>
    /// <returns>True when they were taken.</returns>
    internal bool TakeOrQueue(MapWaiter waiter)
    {
        lock (_gate)
        {
            Fill(waiter.Slot.Adapter);
            if (_waiters.Count == 0 && TakeLocked(waiter.Slot)) return true;
            _waiters.Add(waiter);
            return false;
        }
    }

    /// <summary>Takes a waiter out of the queue.</summary>
    /// <returns>False when it was granted already: granted wins.</returns>
    internal bool TryLeave(MapWaiter waiter)
    {
        lock (_gate)
        {
            if (!_waiters.Remove(waiter)) return false;
        }

        Grant();
        return true;
    }

    /// <summary>Gives registers back and grants those who wait, in order.</summary>
    internal void Give(ReadOnlySpan<int> registers)
    {
        lock (_gate)
        {
            foreach (int register in registers)
            {
                if (!_taken[register]) throw new InvalidOperationException($"Map register {register} was given back twice.");
                _taken[register] = false;
            }

            _free += registers.Length;
        }

        Grant();
    }

    private void Grant()
    {
        while (true)
        {
            MapWaiter granted;
            lock (_gate)
            {
                if (_waiters.First is not { } first || !TakeLocked(first.Slot)) return;
                _waiters.Remove(first);
                granted = first;
            }

            granted.Granted();
        }
    }

    private bool TakeLocked(MappingSlot slot)
    {
        Span<int> wanted = slot.WantedRegisters;
        if (wanted.Length > _free) return false;
        int reachable = LimitsFor(slot.Adapter).Reachable;
        if (!FindRun(wanted, reachable, slot.Adapter.Constraints.Boundary) && (slot.NeedsOneRun || !FindAny(wanted, reachable))) return false;
        foreach (int register in wanted) _taken[register] = true;
        _free -= wanted.Length;
        _highWater = Math.Max(_highWater, _logical.Length - _free);
        return true;
    }

    /// <summary>Looks for registers that are contiguous to the device, from where the last search ended.</summary>
    private bool FindRun(Span<int> wanted, int reachable, long boundary)
    {
        long bytes = (long)wanted.Length * PageSize;
        bool keepsBoundary = boundary >= PageSize && bytes <= boundary;
        int length = 0;
        int at = _hint;
        for (int i = 0; i < reachable + wanted.Length; i++, at++)
        {
            if (at >= reachable) (at, length) = (0, 0);
            if (_taken[at]) length = 0;
            else length = length > 0 && _logical[at] == _logical[at - 1] + PageSize ? length + 1 : 1;
            if (length < wanted.Length) continue;
            int first = at - wanted.Length + 1;
            if (keepsBoundary && new LogicalRange(_logical[first], bytes) is var run && (run.Start.Value ^ run.Last.Value) >= (ulong)boundary) continue;
            for (int k = 0; k < wanted.Length; k++) wanted[k] = first + k;
            _hint = at + 1;
            return true;
        }

        return false;
    }

    private bool FindAny(Span<int> wanted, int reachable)
    {
        int found = 0;
        for (int at = 0; at < reachable && found < wanted.Length; at++)
        {
            if (!_taken[at]) wanted[found++] = at;
        }

        return found == wanted.Length;
    }

    /// <summary>Takes the pages from the platform once: as low as they can be had, so that every adapter of the domain reaches them.</summary>
    private void Fill(DmaAdapter adapter)
    {
        if (_runs.Length != 0) return;
        int count = _domain.Memory.MapRegisterCount;

        // A quarter is taken as enough to work with; below that a higher reach is tried, and only then is anything enough.
        foreach (int least in (ReadOnlySpan<int>)[Math.Max(1, count / 4), 1])
        {
            foreach (int bits in (ReadOnlySpan<int>)[24, 28, 32, 64])
            {
                if (bits > adapter.Constraints.AddressBits && bits != 64) continue;
                ulong reach = Math.Min(adapter.Constraints.HighestAddress.Value, bits == 64 ? ulong.MaxValue : (1UL << bits) - 1);
                if (TryFill(count, least, new LogicalAddress(reach))) return;
            }
        }

        throw new DmaResourceException(
            $"No memory for map registers in reach of {adapter.Function.Info.Address} ({adapter.Constraints.AddressBits} address bits): the machine has no free page there.", (long)count * PageSize, 0);
    }

    private bool TryFill(int count, int least, LogicalAddress highest)
    {
        var runs = new List<MemoryRun>();
        int had = 0;
        for (int chunk = count; had < count && chunk > 0;)
        {
            chunk = Math.Min(chunk, count - had);
            var request = new RunRequest((long)chunk * PageSize, default, highest, PageSize, 0);
            if (!_domain.Memory.TryAllocate(request, out MemoryRun run))
            {
                chunk /= 2;
                continue;
            }

            runs.Add(run);
            had += chunk;
        }

        if (had < least)
        {
            foreach (MemoryRun run in runs) _domain.GiveBack(run);
            return false;
        }

        _logical = new LogicalAddress[had];
        _host = new nint[had];
        _taken = new bool[had];
        int at = 0;
        foreach (MemoryRun run in runs.OrderBy(r => r.Logical))
        {
            for (long offset = 0; offset < run.Length; offset += PageSize, at++)
            {
                _logical[at] = run.Logical + offset;
                _host[at] = run.Host + (nint)offset;
            }
        }

        _free = had;
        _runs = [.. runs];
        return true;
    }
}
