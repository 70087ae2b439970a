using System.Diagnostics;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// Sorts the time of a machine that runs on one thread into parts: what passed since the last event belongs to the part that the event ends. Looking
/// at the clock takes time itself; it is measured, and taken off.
/// </summary>
internal sealed class DiskClock : DmaObserver
{
    private readonly long[] _ticks = new long[Enum.GetValues<DiskPart>().Length];
    private readonly long[] _events = new long[Enum.GetValues<DiskPart>().Length];
    private bool _afterInterrupt;
    private long _last;

    // What passed since the last mark and was not the device's.
    private long _pending;
    private int _looks;

    /// <summary>Begins a measurement.</summary>
    public void Start()
    {
        Array.Clear(_ticks);
        Array.Clear(_events);
        (_afterInterrupt, _pending, _looks) = (false, 0, 0);
        _last = Stopwatch.GetTimestamp();
    }

    /// <summary>What passed until now belongs to this part.</summary>
    public void Mark(DiskPart part)
    {
        long now = Stopwatch.GetTimestamp();
        _ticks[(int)part] += _pending + now - _last;
        _events[(int)part] += _looks + 1;
        (_last, _pending, _looks) = (now, 0, 0);
    }

    /// <summary>The device's code begins.</summary>
    public void EnterDevice()
    {
        long now = Stopwatch.GetTimestamp();
        _pending += now - _last;
        _looks++;
        _last = now;
    }

    /// <summary>The device's code ends.</summary>
    public void LeaveDevice()
    {
        long now = Stopwatch.GetTimestamp();
        _ticks[(int)DiskPart.Device] += now - _last;
        _events[(int)DiskPart.Device]++;
        _last = now;
    }

    /// <summary>Nanoseconds of a part, without those of the looks at the clock.</summary>
    public double Nanoseconds(DiskPart part, double look) =>
        Math.Max(0, (_ticks[(int)part] * (1e9 / Stopwatch.Frequency)) - (_events[(int)part] * look));

    /// <inheritdoc/>
    public override void OnRented(object owner, LogicalRange piece) => Mark(DiskPart.Packet);

    /// <inheritdoc/>
    public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping) => Mark(DiskPart.Mapping);

    /// <inheritdoc/>
    public override void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value) => Mark(DiskPart.Packet);

    /// <inheritdoc/>
    public override void OnInterrupt(InterruptVector vector)
    {
        Mark(DiskPart.Interrupt);
        _afterInterrupt = true;
    }

    /// <inheritdoc/>
    public override void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes)
    {
        // The first continuation runs when the handler has ended.
        Mark(_afterInterrupt ? DiskPart.Interrupt : DiskPart.Completion);
        _afterInterrupt = false;
    }

    /// <inheritdoc/>
    public override void OnReturned(object owner, LogicalRange piece) => Mark(DiskPart.Completion);
}
