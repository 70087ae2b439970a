namespace DmaKit.Cli;

/// <summary>Throughput of the last seconds, in slots of equal time. Safe from any thread.</summary>
internal sealed class DemoHistory(TimeProvider clock)
{
    private const int Slots = 120;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(125);

    private readonly Lock _gate = new();
    private readonly List<double> _rates = [];
    private readonly long _started = clock.GetTimestamp();
    private long _slot;
    private long _bytes;

    /// <summary>Counts bytes that went through now.</summary>
    internal void Add(int bytes)
    {
        lock (_gate)
        {
            CloseSlots();
            _bytes += bytes;
        }
    }

    /// <summary>Bytes a second by slot, oldest first. The slot that is not over yet is left out.</summary>
    internal IReadOnlyList<double> Rates()
    {
        lock (_gate)
        {
            CloseSlots();
            return [.. _rates];
        }
    }

    private void CloseSlots()
    {
        long now = clock.GetElapsedTime(_started).Ticks / Slot.Ticks;
        for (; _slot < now; _slot++)
        {
            _rates.Add(_bytes / Slot.TotalSeconds);
            _bytes = 0;
            if (_rates.Count > Slots) _rates.RemoveAt(0);
        }
    }
}
