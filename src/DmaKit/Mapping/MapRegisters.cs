using DmaKit.Native;

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
    private BiasedGate _counting;
    private long _mapped;
    private long _directBytes;
    private long _bouncedBytes;
    private long _coalescedBytes;

    internal MapRegisters(DmaDomain domain)
    {
        _domain = domain;
        Shared = new RegisterPool(domain, "map registers");
    }

    /// <summary>The size of a register's page in bytes.</summary>
    public int PageSize => _domain.Memory.PageSize;

    /// <summary>What they are made of.</summary>
    public MapRegisterKind Kind => _domain.Memory.MapRegisterKind;

    /// <summary>How many there are at most; fewer when memory was short.</summary>
    public int Capacity => _pages?.Count ?? _domain.Memory.MapRegisterCount;

    /// <summary>How many are free: neither held by a mapping nor set aside.</summary>
    public int Free => _pages is null ? _domain.Memory.MapRegisterCount : (int)Shared.Available;

    /// <summary>How many mappings wait for registers.</summary>
    public int Waiting => Shared.Waiting;

    /// <summary>Their pages, once they have memory.</summary>
    internal RegisterPages Pages => _pages!;

    /// <summary>Those that all mappings share.</summary>
    internal RegisterPool Shared { get; }

    internal MappingStatistics Statistics
    {
        get
        {
            int highWater = Shared.HighWater;
            _counting.Enter();
            var figures = new MappingStatistics(_mapped, _directBytes, _bouncedBytes, _coalescedBytes, highWater);
            _counting.Leave();
            return figures;
        }
    }

    internal nint HostOf(int register) => _pages!.HostOf(register);

    internal LogicalAddress LogicalOf(int register) => _pages!.LogicalOf(register);

    internal void Count(long direct, long bounced, long coalesced)
    {
        _counting.Enter();
        _mapped++;
        _directBytes += direct;
        _bouncedBytes += bounced;
        _coalescedBytes += coalesced;
        _counting.Leave();
    }

    /// <summary>The most registers that a mapping of an adapter can ever get. A hope until the registers have their memory.</summary>
    internal RegisterLimits LimitsFor(DmaAdapter adapter) =>
        _pages is null ? _hoped ??= new RegisterLimits(_domain.Memory.MapRegisterCount, _domain.Memory.MapRegisterCount, 0) : adapter.RegisterLimits = Shared.LimitsFor(adapter, adapter.RegisterLimits);

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
            _pages = pages;
            return true;
        }
    }
}
