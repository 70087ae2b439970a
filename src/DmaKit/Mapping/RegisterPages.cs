using System.Runtime.CompilerServices;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>The pages of a domain's map registers, in order of logical address. Taken from the platform once; never given back.</summary>
/// <remarks>Safe from any thread; the owner of a page is noted by whoever holds the register.</remarks>
internal sealed class RegisterPages
{
    private readonly LogicalAddress[] _logical;
    private readonly nint[] _host;
    private readonly long[] _owner;
    private readonly int[] _runEnd;
    private readonly LogicalAddress[] _window;
    private readonly int[] _dirty;
    private readonly int _pageSize;

    private RegisterPages(List<MemoryRun> runs, int count, int pageSize, DomainMemory memory, LogicalAddress highest)
    {
        _pageSize = pageSize;
        _logical = new LogicalAddress[count];
        _host = new nint[count];
        _owner = new long[count];
        _runEnd = new int[count];
        _dirty = new int[count];
        _window = new LogicalAddress[count];
        Array.Fill(_dirty, pageSize);
        bool opens = memory.MapRegisterKind == MapRegisterKind.IommuEntry;
        int at = 0;
        foreach (MemoryRun run in runs.OrderBy(r => r.Logical))
        {
            LogicalAddress window = default;
            bool opened = opens && memory.TryOpenWindow(run, highest, out window);
            for (long offset = 0; offset < run.Length; offset += pageSize, at++)
            {
                if (opened) _window[at] = window + offset;
                _logical[at] = run.Logical + offset;
                _host[at] = run.Host + (nint)offset;
            }
        }

        for (int i = count - 1; i >= 0; i--)
            _runEnd[i] = i + 1 < count && IsBehind(i + 1, i) && _host[i + 1] == _host[i] + pageSize && HasWindow(i) == HasWindow(i + 1)
                && (!HasWindow(i) || _window[i + 1] == _window[i] + pageSize) ? _runEnd[i + 1] : i + 1;
    }

    public int Count => _logical.Length;

    public LogicalAddress LogicalOf(int register) => _logical[register];

    public nint HostOf(int register) => _host[register];

    /// <summary>Whether a register has an address at which other memory than its own page can be mapped.</summary>
    public bool HasWindow(int register) => _window[register] != default;

    /// <summary>That address: nothing is mapped there but while a request has the register and its own pages are there, or the register's.</summary>
    public LogicalAddress WindowOf(int register) => _window[register];

    /// <summary>How many pages lie side by side from a register's on.</summary>
    public int RunFrom(int register) => _runEnd[register] - register;

    /// <summary>Which request had the page last, by its number; 0 for one without a name.</summary>
    public long LastOwner(int register) => _owner[register];

    /// <summary>How many pages lie side by side from a register's on, for the device and for the driver, if the next numbers are those that follow.</summary>
    /// <param name="registers">The numbers, the register's own first.</param>
    public int RunOf(ReadOnlySpan<int> registers)
    {
        int first = registers[0];
        int most = Math.Min(registers.Length, _runEnd[first] - first);
        int run = 1;
        while (run < most && registers[run] == first + run) run++;
        return run;
    }

    /// <summary>How many bytes of a page may be other than zero: those behind were not written since they were cleared.</summary>
    public int DirtyBytes(int register) => _dirty[register];

    /// <summary>Notes who has pages now, and how many bytes of each may be other than zero.</summary>
    /// <param name="register">The first of them.</param>
    /// <param name="count">How many there are, one number after the other.</param>
    /// <param name="owner">The request, by its number; 0 for one without a name.</param>
    /// <param name="dirty">The bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Note(int register, int count, long owner, int dirty)
    {
        if (count == 1)
        {
            (_owner[register], _dirty[register]) = (owner, dirty);
            return;
        }

        _owner.AsSpan(register, count).Fill(owner);
        _dirty.AsSpan(register, count).Fill(dirty);
    }

    /// <summary>Whether a register's page is right behind that of another to the device.</summary>
    public bool IsBehind(int register, int other) => _logical[register] == _logical[other] + _pageSize;

    /// <summary>How many are in reach of an adapter: the first ones, since they lie in order of address.</summary>
    public int ReachOf(DmaAdapter adapter)
    {
        int reachable = _logical.Length;
        ulong highest = adapter.Constraints.HighestAddress.Value - (ulong)(_pageSize - 1);
        while (reachable > 0 && _logical[reachable - 1].Value > highest) reachable--;
        return reachable;
    }

    /// <summary>Takes the pages from the platform: as low as they can be had, so that every adapter of the domain reaches them.</summary>
    /// <param name="domain">Whose registers they are.</param>
    /// <param name="adapter">The first that needs one.</param>
    /// <exception cref="DmaResourceException">There is no free page in the adapter's reach.</exception>
    public static RegisterPages Take(DmaDomain domain, DmaAdapter adapter)
    {
        int count = domain.Memory.MapRegisterCount;

        // A quarter is taken as enough to work with; below that a higher reach is tried, and only then is anything enough.
        foreach (int least in (ReadOnlySpan<int>)[Math.Max(1, count / 4), 1])
        {
            foreach (int bits in (ReadOnlySpan<int>)[24, 28, 32, 64])
            {
                if (bits > adapter.Constraints.AddressBits && bits != 64) continue;
                ulong reach = Math.Min(adapter.Constraints.HighestAddress.Value, bits == 64 ? ulong.MaxValue : (1UL << bits) - 1);
                if (TryTake(domain, count, least, new LogicalAddress(reach)) is { } pages) return pages;
            }
        }

        throw new DmaResourceException(
            $"No memory for map registers in reach of {adapter.Function.Info.Address} ({adapter.Constraints.AddressBits} address bits): {domain.Memory.Shortage ?? "the machine has no free page there."}",
            (long)count * domain.Memory.PageSize, 0);
    }

    private static RegisterPages? TryTake(DmaDomain domain, int count, int least, LogicalAddress highest)
    {
        int pageSize = domain.Memory.PageSize;
        var runs = new List<MemoryRun>();
        int had = 0;
        for (int chunk = count; had < count && chunk > 0;)
        {
            chunk = Math.Min(chunk, count - had);
            var request = new RunRequest((long)chunk * pageSize, default, highest, pageSize, 0);
            if (!domain.Memory.TryAllocate(request, out MemoryRun run))
            {
                chunk /= 2;
                continue;
            }

            runs.Add(run);
            had += chunk;
        }

        if (had >= least) return new RegisterPages(runs, had, pageSize, domain.Memory, highest);
        foreach (MemoryRun run in runs) domain.GiveBack(run);
        return null;
    }
}
