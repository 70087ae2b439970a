using DmaKit.Platforms;

namespace DmaKit;

/// <summary>One logical address space: its common buffers, map registers, quarantine and faults. Functions may share one.</summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class DmaDomain
{
    private const int FaultsKept = 256;
    private const int FreedKept = 64;

    private readonly HashSet<CommonBuffer> _live = [];
    private readonly List<DmaFault> _faults = [];
    private readonly Queue<(LogicalRange Range, string Name)> _freed = new();
    private readonly Lock _gate = new();
    private bool _settled;

    /// <summary>Used by platforms.</summary>
    /// <param name="platform">The machine.</param>
    /// <param name="memory">The platform's mechanism.</param>
    /// <param name="name">A name for people.</param>
    public DmaDomain(DmaPlatform platform, DomainMemory memory, string name)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(memory);
        Platform = platform;
        Memory = memory;
        Name = name;
        MapRegisters = new MapRegisters(this);
    }

    /// <summary>Raised for every transfer that the platform refused, on the thread that found out.</summary>
    public event Action<DmaFault>? Faulted;

    /// <summary>The machine.</summary>
    public DmaPlatform Platform { get; }

    /// <summary>The platform's mechanism. For platforms and checkers; a driver has no use for it.</summary>
    public DomainMemory Memory { get; private set; }

    /// <summary>Its name for people.</summary>
    public string Name { get; }

    /// <summary>What bus and platform allow, whatever a device can do.</summary>
    public DmaConstraints Limits => Memory.Limits;

    /// <summary>Whether an IOMMU translates.</summary>
    public bool Translates => Memory.Translates;

    /// <summary>What is kept because a device may still touch it.</summary>
    public Quarantine Quarantine { get; } = new();

    /// <summary>The means to make memory reachable that devices do not reach, shared by the adapters of the domain.</summary>
    public MapRegisters MapRegisters { get; }

    /// <summary>How many deadlocks were found among those who wait for registers, packets, blocks, pieces and turns.</summary>
    public long Deadlocks => Waits.Deadlocks;

    /// <summary>Who holds and waits for what, of the requests that were named.</summary>
    internal WaitAccount Waits { get; } = new();

    /// <summary>A fault plan that lets those wait who are ready to; null, the default, is nobody. Set before the first adapter is made.</summary>
    internal IGrantDelay? Delays { get; set; }

    /// <summary>What mapping has cost so far.</summary>
    public MappingStatistics Mappings => MapRegisters.Statistics;

    /// <summary>The last refused transfers, oldest first, 256 at most.</summary>
    public IReadOnlyList<DmaFault> Faults
    {
        get
        {
            lock (_gate) return [.. _faults];
        }
    }

    /// <summary>The common buffers that are alive, in order of logical address.</summary>
    public IReadOnlyList<CommonBuffer> CommonBuffers
    {
        get
        {
            lock (_gate) return [.. _live.OrderBy(b => b.LogicalAddress)];
        }
    }

    /// <summary>Makes a request that mappings, packets, blocks, pieces and reservations of this domain can name. Keep it and use it again.</summary>
    /// <param name="name">Its name in reports of deadlocks.</param>
    public DmaRequest CreateRequest(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new DmaRequest(this, name);
    }

    /// <summary>The domain at this moment, for people and programs to read.</summary>
    public DomainSnapshot TakeSnapshot() => new(this);

    /// <summary>Used by platforms: a transfer was refused. Finds the nearest buffer, keeps the fault and tells the listeners.</summary>
    /// <param name="fault">What the device wanted.</param>
    public void ReportFault(DmaFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        DmaFault located = Locate(fault);
        lock (_gate)
        {
            if (_faults.Count == FaultsKept) _faults.RemoveAt(0);
            _faults.Add(located);
        }

        Faulted?.Invoke(located);
    }

    /// <summary>The first adapter comes: who wants to stand between the core and the platform's memory does so now.</summary>
    internal void Settle()
    {
        lock (_gate)
        {
            if (_settled) return;
            _settled = true;
            Memory = Platform.Interpose(this, Memory);
        }
    }

    internal bool TryAllocate(DmaAdapter adapter, in RunRequest request, long length, string name, out CommonBuffer buffer)
    {
        RegisterCharge? charge = null;
        if (Memory.ChargesCommonBuffers && (charge = RegisterCharge.TryTake(adapter, request.Length)) is null)
        {
            buffer = null!;
            return false;
        }

        if (!Memory.TryAllocate(request, out MemoryRun run))
        {
            charge?.Give();
            buffer = null!;
            return false;
        }

        buffer = new CommonBuffer(adapter, run, length, name) { Charge = charge };
        lock (_gate) _live.Add(buffer);
        Platform.Observer?.OnAllocated(buffer);
        return true;
    }

    /// <summary>Gives a disposed buffer's memory back, or keeps what a device may still touch.</summary>
    internal void Release(CommonBuffer buffer)
    {
        lock (_gate)
        {
            _live.Remove(buffer);
            if (_freed.Count == FreedKept) _freed.Dequeue();
            _freed.Enqueue((buffer.Range, buffer.Name));
        }

        PciFunction function = buffer.Adapter.Function;
        MemoryRun run = buffer.Run;
        bool quiet = buffer.Leases == 0 && !buffer.InUse && (buffer.QuietDeclared || function.IsLost || !function.ToldSinceQuiet);
        Platform.Observer?.OnFreed(buffer, !quiet);
        if (quiet)
        {
            GiveBack(run);
            buffer.Charge?.Give();
            return;
        }

        bool revoked = Memory.Revoke(run);
        string reason = buffer.Leases > 0 || buffer.InUse
            ? "disposed while pieces of it were in use"
            : "disposed while its device was not known to be quiet";
        if (revoked)
        {
            Memory.ReleaseHost(run);
            Keep(buffer.Adapter, $"logical range of common buffer '{buffer.Name}'", run.Length, reason, () =>
            {
                Memory.ReleaseLogical(run);
                buffer.Charge?.Give();
            });
        }
        else
        {
            Keep(buffer.Adapter, $"common buffer '{buffer.Name}'", run.Length, reason, () =>
            {
                Memory.ReleaseHost(run);
                Memory.ReleaseLogical(run);
                buffer.Charge?.Give();
            });
        }
    }

    /// <summary>Gives a run back whole: no device can touch it, or ever will.</summary>
    internal void GiveBack(in MemoryRun run)
    {
        Memory.Revoke(run);
        Memory.ReleaseHost(run);
        Memory.ReleaseLogical(run);
    }

    internal Quarantine.Kept Keep(DmaAdapter adapter, string what, long bytes, string reason, Action release) =>
        Quarantine.Keep(
            adapter,
            new QuarantineEntry(
                what, bytes, adapter.Function.Info.Address, reason, Platform.Clock.GetUtcNow(),
                adapter.Function.CanReset ? "DeclareQuiet after the driver's own stop, or ResetAsync" : "DeclareQuiet after the driver's own stop or register reset"),
            release);

    private DmaFault Locate(DmaFault fault)
    {
        CommonBuffer? nearest = null;
        Int128 best = Int128.MaxValue;
        Int128 distance = 0;
        Int128 at = fault.Address.Value;
        lock (_gate)
        {
            foreach (CommonBuffer buffer in _live)
            {
                Int128 start = buffer.LogicalAddress.Value;
                Int128 end = start + buffer.Length;
                Int128 signed = at < start ? at - start : at >= end ? at - end + 1 : 0;
                Int128 absolute = signed < 0 ? -signed : signed;
                if (absolute > best || (absolute == best && signed < 0)) continue;
                (nearest, best, distance) = (buffer, absolute, signed);
            }

            // An address that is nobody's now, and was somebody's a moment ago: the driver kept it too long.
            if (best != 0 && FreedAt(fault.Address) is { } freed) return fault with { NearestBuffer = freed, NearestIsFreed = true };
        }

        return nearest is null
            ? fault
            : fault with { NearestBuffer = nearest.Name, Distance = (long)Int128.Clamp(distance, long.MinValue, long.MaxValue) };
    }

    private string? FreedAt(LogicalAddress address)
    {
        string? name = null;
        foreach ((LogicalRange range, string was) in _freed)
            if (range.Contains(address)) name = was;
        return name;
    }
}
