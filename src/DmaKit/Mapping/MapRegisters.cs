namespace DmaKit;

/// <summary>
/// The map registers of a domain: pages within every device's reach through which bytes go that a device cannot reach
/// where they lie. Shared by the adapters of the domain; bounded. Requests that hold something come first, then first come, first served.
/// </summary>
/// <remarks>Safe from any thread. Their memory is taken from the platform when the first one is needed.</remarks>
public sealed class MapRegisters
{
    private readonly DmaDomain _domain;
    private readonly Lock _gate = new();
    private RegisterLimits? _hoped;
    private RegisterPages? _pages;
    private PointingCosts? _costs;
    private readonly List<(DmaAdapter Adapter, MappingTally Tally)> _tallies = [];
    private readonly MappingTally _past = new();

    internal MapRegisters(DmaDomain domain)
    {
        _domain = domain;
        PageSize = domain.Memory.PageSize;
        PageShift = int.Log2(PageSize);
        Shared = new RegisterPool(domain, "map registers");
    }

    /// <summary>The size of a register's page in bytes.</summary>
    public int PageSize { get; }

    /// <summary>What they are made of.</summary>
    public MapRegisterKind Kind => _domain.Memory.MapRegisterKind;

    /// <summary>How many there are at most; fewer when memory was short.</summary>
    public int Capacity => _pages?.Count ?? _domain.Memory.MapRegisterCount;

    /// <summary>How many are free: neither held by a mapping nor set aside.</summary>
    public int Free => _pages is null ? _domain.Memory.MapRegisterCount : (int)Shared.Available;

    /// <summary>How many mappings wait for registers.</summary>
    public int Waiting => Shared.Waiting;

    /// <summary>The page size as a power of two.</summary>
    internal int PageShift { get; }

    /// <summary>Whether they have their memory.</summary>
    internal bool HasMemory => _pages is not null;

    /// <summary>
    /// From how many pages side by side on, of memory that stays where it is, they lead to the request's own pages and nothing is copied: 1 where that
    /// costs nothing, more where a copy is cheaper for less, and 0 where everything is copied. Found out when the first one is needed.
    /// </summary>
    public int PointFromPages => _costs is { } costs ? costs.FromPages : 0;

    /// <summary>What was found out about pointing and copying; null as long as nothing was.</summary>
    internal PointingCosts? Costs => _costs;

    /// <summary>Their pages, once they have memory.</summary>
    internal RegisterPages Pages => _pages!;

    /// <summary>Those that all mappings share.</summary>
    internal RegisterPool Shared { get; }

    internal MappingStatistics Statistics
    {
        get
        {
            int highWater = Shared.HighWater;
            var sum = new MappingTally();
            lock (_gate)
            {
                sum.Add(_past);
                foreach ((_, MappingTally tally) in _tallies) sum.Add(tally);
            }

            return new MappingStatistics(sum.Mapped, sum.DirectBytes, sum.BouncedBytes, sum.CoalescedBytes, highWater);
        }
    }

    internal nint HostOf(int register) => _pages!.HostOf(register);

    internal LogicalAddress LogicalOf(int register) => _pages!.LogicalOf(register);

    /// <summary>Where a new slot of an adapter counts its mappings.</summary>
    internal MappingTally NewTally(DmaAdapter adapter)
    {
        var tally = new MappingTally();
        lock (_gate) _tallies.Add((adapter, tally));
        return tally;
    }

    /// <summary>An adapter is closed: what its slots have counted stays, they go.</summary>
    internal void Forget(DmaAdapter adapter)
    {
        lock (_gate)
        {
            foreach ((DmaAdapter of, MappingTally tally) in _tallies)
                if (of == adapter) _past.Add(tally);
            _tallies.RemoveAll(t => t.Adapter == adapter);
        }
    }

    /// <summary>The most registers that a mapping of an adapter can ever get. A hope until the registers have their memory.</summary>
    internal RegisterLimits LimitsFor(DmaAdapter adapter)
    {
        if (_pages is null) return _hoped ??= new RegisterLimits(_domain.Memory.MapRegisterCount, _domain.Memory.MapRegisterCount, 0);
        RegisterLimits? known = adapter.RegisterLimits;
        RegisterLimits limits = Shared.LimitsFor(adapter, known);
        if (!ReferenceEquals(limits, known)) adapter.RegisterLimits = limits;
        return limits;
    }

    /// <summary>Takes the registers' memory if nobody did before: what fits is known only then, since they may not lie in one run.</summary>
    /// <returns>Whether it was taken just now, so that limits found before are too hopeful.</returns>
    internal bool TakeMemory(DmaAdapter adapter)
    {
        if (_pages is not null) return false;
        lock (_gate)
        {
            if (_pages is not null) return false;
            var pages = RegisterPages.Take(_domain, adapter);
            Shared.Fill(pages, [.. Enumerable.Range(0, pages.Count)]);
            _costs = PointingCosts.Find(_domain, pages);
            _pages = pages;
            return true;
        }
    }
}
