using DmaKit.Platforms;
using static DmaKit.Drivers.Es1370Register;

namespace DmaKit.Drivers;

/// <summary>
/// A driver for the Ensoniq AudioPCI ES1370: two converters that play and one that captures, each going round a ring of its own.
/// </summary>
/// <remarks>
/// Safe from any thread. <see cref="Open"/> gives a converter as a <see cref="CyclicTransfer"/>, which does all the rest; its disposal gives the
/// converter back. Source of the registers: the ES1370's data sheet.
/// </remarks>
public sealed class Es1370Driver : IAsyncDisposable
{
    /// <summary>The largest ring, in bytes: 65,536 dwords.</summary>
    public const int LargestRing = 256 * 1024;

    private const long WindowLength = 0x40;
    private const int LongestPeriod = 65_536;
    private const int Fifo = 64;
    private const int PositionStep = 4;

    private readonly Lock _gate = new();
    private readonly PciFunction _function;
    private readonly RegisterWindow _registers;
    private readonly DmaAdapter _adapter;
    private readonly Es1370Stream?[] _streams = new Es1370Stream?[3];
    private readonly TimeProvider _time;
    private InterruptRegistration? _interrupt;
    private uint _control;
    private uint _serial;
    private long _nonsense;
    private bool _disposed;

    private Es1370Driver(PciFunction function)
    {
        _function = function;
        _time = function.Platform.Clock;
        _registers = function.MapRegisters(0, WindowLength);
        function.FirstInterrupt();

        // The ring's address register has 32 bits: beyond them the card would play what lies at the bottom of memory.
        _adapter = function.CreateAdapter(new DmaConstraints { AddressBits = 32, ScatterGather = false });
    }

    /// <summary>The adapter that the rings come from.</summary>
    public DmaAdapter Adapter => _adapter;

    /// <summary>How often the card said a position outside its ring. 0 for a sane card.</summary>
    public long NonsensePositions => Interlocked.Read(ref _nonsense);

    /// <summary>Starts the card: all converters silent, interrupts off.</summary>
    /// <param name="function">The open function; it stays the caller's.</param>
    /// <exception cref="DmaException">The function is no ES1370.</exception>
    public static Es1370Driver Start(PciFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        if ((function.Info.VendorId, function.Info.DeviceId) != (0x1274, 0x5000))
            throw new DmaException($"{function.Info.Address} is no ES1370: its ids are {function.Info.VendorId:X4}:{function.Info.DeviceId:X4}, not 1274:5000.");
        var driver = new Es1370Driver(function);
        driver._registers.Write32(Control, 0);
        driver._registers.Write32(Serial, 0);
        function.BusMaster = true;
        driver._interrupt = function.Interrupts[0].Handle(driver.OnInterrupt);
        return driver;
    }

    /// <summary>Takes a converter and allocates its ring.</summary>
    /// <param name="converter">Which.</param>
    /// <param name="format">One or two channels of unsigned 8 or signed 16 bits, at a rate that the converter makes.</param>
    /// <param name="options">Ring, period, policy; null for the defaults.</param>
    /// <exception cref="UnreachableRateException">The converter cannot make the rate; the message names those that it can.</exception>
    /// <exception cref="ArgumentException">The card cannot make such samples.</exception>
    /// <exception cref="DmaMisuseException">The converter is taken, or its rate is bound by the one that it shares it with.</exception>
    /// <exception cref="DmaResourceException">There is no contiguous memory for two periods.</exception>
    public CyclicTransfer Open(Es1370Converter converter, StreamFormat format, Es1370StreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(format);
        options ??= new Es1370StreamOptions();
        if (converter is < Es1370Converter.Dac1 or > Es1370Converter.Adc) throw new ArgumentOutOfRangeException(nameof(converter), converter, $"Converter {converter}; legal: Dac1, Dac2, Adc.");
        if (format.Channels > 2 || format.Samples is not (SampleFormat.UInt8 or SampleFormat.Int16))
            throw new ArgumentException($"The card cannot make {format.Channels} channels of {format.Samples}; legal: 1 or 2 channels of UInt8 or Int16.", nameof(format));
        if (!options.Interrupts && options.PollInterval == TimeSpan.Zero)
            throw new ArgumentException("Without interrupts and without a PollInterval nobody would say where the card is; set one of them.", nameof(options));
        double rate = Es1370Rates.Require(converter, format.Rate);
        var stream = new Es1370Stream(this, converter, new StreamFormat(format.Samples, format.Channels, rate), options.Interrupts);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (Taken(converter) is not null) throw new DmaMisuseException($"{converter} of {_function.Info.Address} is in use; dispose its transfer first.");
            RequireSharedRate(converter, rate);
            _streams[(int)converter] = stream;
        }

        try
        {
            stream.Transfer = CyclicTransfer.Create(_adapter, stream, RingOf(converter, stream.Format, options));
            return stream.Transfer;
        }
        catch
        {
            lock (_gate) _streams[(int)converter] = null;
            throw;
        }
    }

    /// <summary>Holds a playing converter where it is, or lets it go on. Its position stands still meanwhile.</summary>
    /// <param name="converter">DAC1 or DAC2.</param>
    /// <param name="paused">Whether it is to stand still.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ADC cannot be paused.</exception>
    public void SetPaused(Es1370Converter converter, bool paused)
    {
        if (Pause(converter) == 0) throw new ArgumentOutOfRangeException(nameof(converter), converter, $"{converter} cannot be paused; legal: Dac1, Dac2.");
        CyclicTransfer? transfer = _streams[(int)converter]?.Transfer;
        lock (_gate)
        {
            _serial = paused ? _serial | Pause(converter) : _serial & ~Pause(converter);
            _registers.Write32(Serial, _serial);
        }

        // The position stands still a little longer than it is said to: were it the other way round, a thread that is held up in between would make the card seem laps ahead.
        if (paused) transfer?.Poll();
        transfer?.SetHeld(paused);
    }

    /// <summary>Ends the driver: every converter is stopped, every ring given back.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        foreach (Es1370Stream? stream in _streams) stream?.Transfer?.Dispose();
        if (_interrupt is not null) await _interrupt.DisposeAsync().ConfigureAwait(false);
        await _adapter.DisposeAsync().ConfigureAwait(false);
    }

    internal void StartConverter(Es1370Converter converter, CyclicTransfer transfer, StreamFormat format, bool interrupts)
    {
        lock (_gate)
        {
            _registers.Write32(Page, RingPage(converter));
            _registers.Write32(RingAddress(converter), transfer.LogicalAddress.Low32);
            _registers.Write32(RingCount(converter), (uint)(transfer.RingBytes / PositionStep - 1));
            _registers.Write32(SampleCount(converter), (uint)(transfer.PeriodBytes / transfer.FrameBytes - 1));
            uint code = Es1370Rates.Code(converter, format.Rate);
            _control = converter == Es1370Converter.Dac1
                ? (_control & ~Dac1RateMask) | code << Dac1RateShift
                : (_control & ~DividerMask) | code << DividerShift;
            _registers.Write32(Control, _control);
            uint bits = (format.Samples == SampleFormat.Int16 ? 2u : 0) | (format.Channels == 2 ? 1u : 0);
            _serial &= ~(3u << FormatShift(converter) | InterruptEnable(converter) | Pause(converter) | StopAtEnd(converter));
            _serial |= bits << FormatShift(converter);
            _registers.Write32(Serial, _serial);
            if (interrupts) _serial |= InterruptEnable(converter);
            _registers.Write32(Serial, _serial);
            _control |= Enable(converter);
            _registers.Write32(Control, _control);
        }
    }

    internal void StopConverter(Es1370Converter converter)
    {
        lock (_gate)
        {
            _control &= ~Enable(converter);
            _serial &= ~(InterruptEnable(converter) | Pause(converter));
            _registers.Write32(Control, _control);
            _registers.Write32(Serial, _serial);

            // The answer comes after the writes have reached the card: from here on it touches the ring no more.
            _registers.Read32(Control);
        }
    }

    internal long ReadOffset(Es1370Converter converter, out long timestamp)
    {
        lock (_gate)
        {
            _registers.Write32(Page, RingPage(converter));
            uint count = _registers.Read32(RingCount(converter));
            timestamp = _time.GetTimestamp();
            return (long)(count >> 16) * PositionStep;
        }
    }

    internal void NoteNonsense() => Interlocked.Increment(ref _nonsense);

    private bool OnInterrupt(in CallbackContext context)
    {
        uint status = _registers.Read32(Status);
        if ((status & Interrupt) == 0 || status == uint.MaxValue) return false;
        for (Es1370Converter converter = Es1370Converter.Dac1; converter <= Es1370Converter.Adc; converter++)
        {
            if ((status & Pending(converter)) == 0) continue;
            Acknowledge(converter);
            if (_streams[(int)converter]?.Transfer is { } transfer) transfer.Poll();
        }

        return true;
    }

    /// <summary>The level falls when the converter's interrupts are switched off, and they are switched on again: it runs on meanwhile.</summary>
    private void Acknowledge(Es1370Converter converter)
    {
        lock (_gate)
        {
            _registers.Write32(Serial, _serial & ~InterruptEnable(converter));
            _registers.Write32(Serial, _serial);
        }
    }

    private Es1370Stream? Taken(Es1370Converter converter)
    {
        Es1370Stream? stream = _streams[(int)converter];
        return stream is { Transfer: null } or { Transfer.IsDisposed: false } ? stream : null;
    }

    private void RequireSharedRate(Es1370Converter converter, double rate)
    {
        if (converter == Es1370Converter.Dac1) return;
        Es1370Converter other = converter == Es1370Converter.Dac2 ? Es1370Converter.Adc : Es1370Converter.Dac2;
        if (Taken(other) is { } stream && stream.Format.Rate != rate)
            throw new DmaMisuseException($"{converter} shares its rate with {other}, which is open at {stream.Format.Rate} Hz, not {rate}; use that rate, or close {other}.");
    }

    private static CyclicTransferOptions RingOf(Es1370Converter converter, StreamFormat format, Es1370StreamOptions options)
    {
        int frame = format.FrameBytes;
        bool captures = converter == Es1370Converter.Adc;
        return new CyclicTransferOptions
        {
            Direction = captures ? DmaDirection.FromDevice : DmaDirection.ToDevice,
            FrameBytes = frame,
            Rate = format.Rate,
            PeriodBytes = (int)Math.Clamp(options.Period.TotalSeconds * format.Rate, 1, LongestPeriod - PositionStep) * frame,
            RingBytes = (long)(options.Ring.TotalSeconds * format.Rate) * frame,
            MaximumRingBytes = LargestRing,
            Granularity = PositionStep,
            FifoBytes = captures ? 0 : Fifo,
            PositionAccuracy = (PositionStep > frame ? PositionStep - frame : 0) + (int)Math.Ceiling(options.PositionAge.TotalSeconds * format.Rate) * frame,
            Silence = format.Samples == SampleFormat.UInt8 ? (byte)0x80 : (byte)0,
            Underrun = options.Underrun,
            PollInterval = options.PollInterval,
            Name = $"ring of {converter}",
        };
    }
}
