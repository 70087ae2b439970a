using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>A domain's memory, and what the core grants of it, with the faults of one plan between them and the driver.</summary>
internal sealed class FaultyMemory : DomainMemoryDecorator, IGrantDelay
{
    private const double LongestDelay = 50;

    private readonly Running[] _faults;
    private readonly Random _random;

    internal FaultyMemory(DomainMemory inner, IEnumerable<Fault> faults, int seed)
        : base(inner)
    {
        _faults = [.. faults.Where(f => f.IsOfMemory).Select(f => new Running(f))];
        _random = new Random(seed);
    }

    /// <summary>Whether grants are delayed at all.</summary>
    internal bool Delays => Array.Exists(_faults, f => f.Fault.Kind == FaultKind.DelayedGrant);

    /// <summary>What has struck so far may have done this to requests.</summary>
    internal FaultEffect Effects => _faults.Aggregate(FaultEffect.None, (effects, f) => f.Struck > 0 ? effects | f.Fault.Effect : effects);

    /// <summary>How often a fault has struck.</summary>
    internal long Struck => _faults.Sum(f => f.Struck);

    /// <summary>How often one of them has struck.</summary>
    internal long StruckBy(Fault fault) => _faults.Sum(f => ReferenceEquals(f.Fault, fault) ? f.Struck : 0);

    public override bool TryAllocate(in RunRequest request, out MemoryRun run)
    {
        if (!Strikes(FaultKind.RefusedAllocation)) return base.TryAllocate(request, out run);
        run = default;
        return false;
    }

    public override bool TryTranslate(nint host, long length, out LogicalAddress logical, out long contiguous)
    {
        bool done = base.TryTranslate(host, length, out logical, out contiguous);
        if (done && Strikes(FaultKind.ScatteredMemory))
            contiguous = Math.Min(contiguous, PageSize - (long)(logical.Value % (ulong)PageSize));
        return done;
    }

    TimeSpan IGrantDelay.Next()
    {
        if (!Strikes(FaultKind.DelayedGrant)) return TimeSpan.Zero;
        lock (_random) return TimeSpan.FromMilliseconds(1 + (_random.NextDouble() * (LongestDelay - 1)));
    }

    private bool Strikes(FaultKind kind)
    {
        bool strikes = false;
        foreach (Running fault in _faults)
            if (fault.Fault.Kind == kind) strikes |= fault.Strikes();
        return strikes;
    }

    private sealed class Running(Fault fault)
    {
        private long _events;
        private long _struck;

        public Fault Fault { get; } = fault;

        public long Struck => Interlocked.Read(ref _struck);

        public bool Strikes()
        {
            long number = Interlocked.Increment(ref _events) - 1;
            if (number < Fault.After || number - Fault.After >= Fault.Times) return false;
            Interlocked.Increment(ref _struck);
            return true;
        }
    }
}
