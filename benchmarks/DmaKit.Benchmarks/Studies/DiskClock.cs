using System.Diagnostics;
using DmaKit.Platforms;

namespace DmaKit.Benchmarks;

/// <summary>
/// Sorts the time of a machine that runs on one thread into parts. At every moment the time is the driver's (core and caller included), the
/// machine's or the device's: who hands over says so. What is the driver's is put under the part that the next event ends. Looking at the clock takes time
/// itself; it is measured, and taken off.
/// </summary>
internal sealed class DiskClock : DmaObserver
{
    private readonly long[] _ticks = new long[Enum.GetValues<DiskPart>().Length];
    private readonly long[] _looks = new long[Enum.GetValues<DiskPart>().Length];
    private readonly long[] _keptTicks = new long[Enum.GetValues<DiskPart>().Length];
    private readonly long[] _keptLooks = new long[Enum.GetValues<DiskPart>().Length];
    private DiskPart? _other;
    private long _last;

    // The driver's time, and the looks in it, since its last event.
    private long _pending;
    private int _pendingLooks;

    /// <summary>Whether it looks at all.</summary>
    public bool IsOn { get; set; }

    /// <summary>Begins a measurement, in the driver's time.</summary>
    public void Start()
    {
        Array.Clear(_ticks);
        Array.Clear(_looks);
        (_other, _pending, _pendingLooks) = (null, 0, 0);
        _last = Stopwatch.GetTimestamp();
    }

    /// <summary>What was the driver's until now belongs to this part.</summary>
    public void Mark(DiskPart part)
    {
        if (!IsOn) return;
        long now = Stopwatch.GetTimestamp();
        _ticks[(int)part] += _pending + now - _last;
        _looks[(int)part] += _pendingLooks + 1;
        (_last, _pending, _pendingLooks) = (now, 0, 0);
    }

    /// <summary>The driver's part ends, and with it the driver's time: the machine goes on.</summary>
    public void EndTurn(DiskPart part)
    {
        Mark(part);
        _other = DiskPart.Machine;
    }

    /// <summary>From now on the time is the machine's, the device's, or, where this is null, the driver's.</summary>
    public void Pass(DiskPart? to)
    {
        if (!IsOn) return;
        long now = Stopwatch.GetTimestamp();
        if (_other is { } part)
        {
            _ticks[(int)part] += now - _last;
            _looks[(int)part]++;
        }
        else
        {
            _pending += now - _last;
            _pendingLooks++;
        }

        (_last, _other) = (now, to);
    }

    /// <summary>How many looks were in the measurement that was kept.</summary>
    public long KeptLooks => _keptLooks.Sum();

    /// <summary>Keeps this measurement.</summary>
    public void Keep()
    {
        _ticks.CopyTo(_keptTicks, 0);
        _looks.CopyTo(_keptLooks, 0);
    }

    /// <summary>Nanoseconds of a part in the measurement that was kept, without those of the looks at the clock.</summary>
    public double Nanoseconds(DiskPart part, double look) => (_keptTicks[(int)part] * (1e9 / Stopwatch.Frequency)) - (_keptLooks[(int)part] * look);

    /// <inheritdoc/>
    public override void OnRented(object owner, LogicalRange piece) => Mark(DiskPart.Packet);

    /// <inheritdoc/>
    public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping) => Mark(DiskPart.Mapping);

    /// <inheritdoc/>
    public override void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value) => Mark(DiskPart.Packet);
}
