using DmaKit.Platforms;

namespace DmaKit;

/// <summary>What a domain keeps because a device may still touch it. Time, cancellation and disposal never shorten it: only proof of quiet does.</summary>
/// <remarks>Safe from any thread.</remarks>
public sealed class Quarantine
{
    private readonly List<Kept> _kept = [];
    private readonly Lock _gate = new();
    private long _bytes;

    internal Quarantine()
    {
    }

    /// <summary>How many bytes are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>What is kept now, oldest first.</summary>
    public IReadOnlyList<QuarantineEntry> Entries
    {
        get
        {
            lock (_gate) return [.. _kept.Select(k => k.Entry)];
        }
    }

    internal Kept Keep(DmaAdapter adapter, QuarantineEntry entry, Action release)
    {
        var kept = new Kept(adapter, entry, release);
        lock (_gate)
        {
            _kept.Add(kept);
            _bytes += entry.Bytes;
        }

        return kept;
    }

    /// <summary>The device let go of one piece by itself. Nothing is run: its owner knows.</summary>
    internal void Remove(Kept kept)
    {
        lock (_gate)
        {
            if (_kept.Remove(kept)) _bytes -= kept.Entry.Bytes;
        }
    }

    /// <summary>The function is quiet: everything that was kept for its sake goes back, also what was its closed adapters'.</summary>
    internal void Release(PciFunction function)
    {
        List<Kept> free;
        lock (_gate)
        {
            free = _kept.FindAll(k => k.Adapter.Function == function);
            if (free.Count == 0) return;
            _kept.RemoveAll(k => k.Adapter.Function == function);
            _bytes -= free.Sum(k => k.Entry.Bytes);
        }

        foreach (Kept kept in free) kept.Free();
    }

    /// <summary>A piece that is kept, and how it goes back.</summary>
    internal sealed class Kept(DmaAdapter adapter, QuarantineEntry entry, Action free)
    {
        public DmaAdapter Adapter { get; } = adapter;

        public QuarantineEntry Entry { get; } = entry;

        public Action Free { get; } = free;
    }
}
