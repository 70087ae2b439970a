using DmaKit.Native;

namespace DmaKit;

/// <summary>
/// A ring in a common buffer that a device goes round for ever, playing what the program writes ahead of it or capturing what the
/// program reads behind it: sound, data acquisition, software radio.
/// </summary>
/// <remarks>
/// <para>Positions are bytes since the transfer was made. They have 64 bits and only grow, over stops and starts too; where a position lies
/// in the ring is derived from it. The driver reports where the device is, from its interrupt handler, a poll, or both; between
/// reports a <see cref="DeviceClock"/> says where it must be.</para>
/// <para>Reports and properties are safe from any thread, callback context included. Writing (or reading) belongs to one thread at a time,
/// and is checked for it; so do <see cref="Prepare"/>, <see cref="Start"/> and <see cref="DrainAsync"/>. <see cref="Stop"/> is safe from any thread.
/// Nothing is allocated in the steady state.</para>
/// </remarks>
public sealed partial class CyclicTransfer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ICyclicDevice _device;
    private readonly CyclicTransferOptions _options;
    private readonly CommonBuffer _buffer;
    private readonly TimeProvider _time;
    private readonly CyclicWaiter _dataWaiter;
    private readonly CyclicWaiter _drainWaiter;
    private readonly CyclicWaiter _positionWaiter;
    private readonly CyclicGapLog _gaps = new();
    private CyclicStatistics _counted;
    private CyclicState _state;
    private int _busy;
    private int _disposed;

    private CyclicTransfer(DmaAdapter adapter, ICyclicDevice device, CyclicTransferOptions options, CommonBuffer buffer, long requested, int period)
    {
        Adapter = adapter;
        _device = device;
        _options = options;
        _buffer = buffer;
        _time = adapter.Function.Platform.Clock;
        RequestedBytes = requested;
        PeriodBytes = period;
        RingBytes = buffer.Length;
        _dataWaiter = new CyclicWaiter(this);
        _drainWaiter = new CyclicWaiter(this);
        _positionWaiter = new CyclicWaiter(this);
        _clock = new DeviceClock(options.Rate, _time);
    }

    /// <summary>The adapter that the ring was allocated from.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>Which way the bytes go.</summary>
    public DmaDirection Direction => _options.Direction;

    /// <summary>The size of the ring in bytes: a multiple of <see cref="PeriodBytes"/>, two of them at least.</summary>
    public long RingBytes { get; }

    /// <summary>What was asked for, in bytes.</summary>
    public long RequestedBytes { get; }

    /// <summary>The bytes between two interrupts: a multiple of <see cref="FrameBytes"/>.</summary>
    public int PeriodBytes { get; }

    /// <summary>How many periods the ring has, 2 or more.</summary>
    public long Periods => RingBytes / PeriodBytes;

    /// <summary>The size of a frame in bytes.</summary>
    public int FrameBytes => _options.FrameBytes;

    /// <summary>Frames a second by the device's own clock, nominally.</summary>
    public double Rate => _options.Rate;

    /// <summary>Where the ring is to the device.</summary>
    public LogicalAddress LogicalAddress => _buffer.LogicalAddress;

    /// <summary>The name of the ring.</summary>
    public string Name => _buffer.Name;

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed => _disposed != 0;

    /// <summary>What it is doing. The policy <see cref="UnderrunPolicy.Stop"/> changes it in a report.</summary>
    public CyclicState State
    {
        get
        {
            lock (_gate) return _state;
        }
    }

    /// <summary>What it has counted.</summary>
    public CyclicStatistics Statistics
    {
        get
        {
            lock (_gate) return _counted;
        }
    }

    /// <summary>
    /// Of playing: where what was counted as late, or as missing, was to be heard. The latest 4,096 stretches, in the order in which they were noticed;
    /// they may overlap. A copy, for reports and tests: it allocates.
    /// </summary>
    public IReadOnlyList<CyclicGap> Gaps
    {
        get
        {
            lock (_gate) return _gaps.ToArray();
        }
    }

    private bool IsPlayback => _options.Direction == DmaDirection.ToDevice;

    private bool IsMoving => _state is CyclicState.Running or CyclicState.Draining;

    /// <summary>Allocates the ring. The size is what can be had up to what was asked for; see <see cref="RingBytes"/>.</summary>
    /// <param name="adapter">Where from.</param>
    /// <param name="device">The device that goes round it.</param>
    /// <param name="options">What it is like.</param>
    /// <exception cref="DmaResourceException">There is no contiguous memory for two periods.</exception>
    /// <exception cref="ArgumentException">The device's largest ring has no room for two periods of one frame.</exception>
    /// <exception cref="DmaMisuseException">Called in callback context.</exception>
    public static CyclicTransfer Create(DmaAdapter adapter, ICyclicDevice device, CyclicTransferOptions options)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Direction is not (DmaDirection.ToDevice or DmaDirection.FromDevice))
            throw new ArgumentException($"Direction is {options.Direction}; legal: ToDevice (playing), FromDevice (capture).", nameof(options));
        (long ring, int period) = CyclicSizes.Of(options);
        CommonBuffer buffer = adapter.AllocateCommonBufferUpTo(
            ring, 2L * period, new CommonBufferOptions { Name = options.Name ?? $"ring of {adapter.Function.Info.Address}" });
        if (buffer.Length % period != 0)
        {
            // What could be had is no multiple of the period: the ring is the part that is, and the rest goes back.
            long whole = buffer.Length / period * period;
            buffer.DeclareQuiet();
            buffer.Dispose();
            buffer = adapter.AllocateCommonBuffer(whole, new CommonBufferOptions { Name = options.Name ?? $"ring of {adapter.Function.Info.Address}" });
        }

        return new CyclicTransfer(adapter, device, options, buffer, options.RingBytes == 0 ? ring : options.RingBytes, period);
    }

    /// <summary>Where in the ring a position lies, in bytes from its start.</summary>
    /// <param name="position">A position of this run or later.</param>
    public long OffsetOf(long position)
    {
        lock (_gate) return Offset(position);
    }

    /// <summary>Stops the device if it moves, and gives the ring back. Never throws; a second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            Stop();
            var wait = default(SpinWait);
            while (_stopping != 0) wait.SpinOnce(sleep1Threshold: -1);

            // A device that was stopped touches the ring no more; one whose stop failed keeps it in quarantine.
            _buffer.DeclareQuiet();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a driver's own Stop throws, it goes no further: Dispose does not throw.
            Adapter.Function.Platform.Misuse.Report(new MisuseReport("ring-not-stopped", $"the device could not be stopped: {e.Message}", Name, e));
        }

        _buffer.Dispose();
    }

    private long Offset(long position)
    {
        long offset = (position - _origin) % RingBytes;
        return offset < 0 ? offset + RingBytes : offset;
    }

    private CyclicSpans Part(long position, int length)
    {
        long offset = Offset(position);
        int first = (int)Math.Min(length, RingBytes - offset);
        return new CyclicSpans(position, _buffer.Span(offset, first), _buffer.Span(0, length - first));
    }

    private void FillSilence(long from, long to)
    {
        while (from < to)
        {
            long offset = Offset(from);
            int part = (int)Math.Min(Math.Min(to - from, RingBytes - offset), 1 << 30);
            _buffer.Span(offset, part).Fill(_options.Silence);
            from += part;
        }

        // Silence that the device goes over next must not wait in a store buffer.
        Fence.Publish();
    }

    /// <summary>Rounded up to a whole frame of the run: a gap must not tear channels apart.</summary>
    private long FrameUp(long position)
    {
        long over = (position - _origin) % FrameBytes;
        return over <= 0 ? position - over : position + FrameBytes - over;
    }

    private void EnterUse()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw Refuse("ring-used-by-two-threads", $"Ring '{Name}' is used by two threads at once: writing (or reading), Prepare, Start and Drain belong to one thread at a time.");
    }

    private DmaMisuseException Refuse(string rule, string message) => Adapter.Function.Platform.Misuse.Refuse(rule, Name, message);

    private void LeaveUse() => Interlocked.Exchange(ref _busy, 0);
}
