namespace DmaKit.Devices;

/// <summary>One of the card's three converters: a ring in memory, a sample counter, a pace, and a FIFO.</summary>
/// <remarks>Runs in the device's turns. It is always brought up to the present before it is looked at or changed.</remarks>
internal sealed class Es1370Converter
{
    private const int Chunk = 4096;

    private readonly SoundSink? _sink;
    private readonly SoundSource? _source;
    private readonly Es1370Options _options;
    private readonly Random _random;
    private readonly byte[] _staging;
    private StreamFormat? _format;

    // Time and frames since the pace was set.
    private long _anchor;
    private long _anchored;

    // Bytes since the position was written: what was played (or captured), what the register showed, what is in the FIFO.
    private long _total;
    private long _shown;
    private int _held;
    private long _countdown;

    public Es1370Converter(bool captures, SoundSink? sink, SoundSource? source, Es1370Options options, int seed)
    {
        Captures = captures;
        _sink = sink;
        _source = source;
        _options = options;
        _random = new Random(seed);
        _staging = new byte[Chunk + options.FifoBytes];
    }

    public bool Captures { get; }

    public bool IsRunning { get; private set; }

    public bool IsStereo { get; private set; }

    public bool Is16Bit { get; private set; }

    /// <summary>Whether it goes round its ring; else it stops at the end.</summary>
    public bool Loops { get; set; } = true;

    public uint FrameAddress { get; set; }

    /// <summary>The ring's size in dwords, less one.</summary>
    public uint RingSize { get; private set; }

    /// <summary>Frames between two interrupts, less one.</summary>
    public uint SampleCount { get; private set; }

    public Es1370Pace Pace { get; private set; }

    /// <summary>Whether a turn of its own is asked for.</summary>
    public bool HasTurn { get; set; }

    public long RefusedTransfers { get; private set; }

    private int FrameBytes => (IsStereo ? 2 : 1) * (Is16Bit ? 2 : 1);

    private long RingBytes => ((long)RingSize + 1) * 4;

    // What is left of a ring may be less than a frame, after a change of format: it is not played.
    private bool AtEnd => !Loops && RingBytes - _total < FrameBytes;

    public void Reset(Es1370Pace pace)
    {
        IsRunning = IsStereo = Is16Bit = false;
        Loops = true;
        FrameAddress = RingSize = SampleCount = 0;
        Pace = pace;
        HasTurn = false;
        _format = null;
        _anchor = _anchored = _total = _shown = _held = 0;
        _countdown = 1;
    }

    /// <summary>Brings it up to a moment.</summary>
    /// <returns>How many periods ended.</returns>
    public int CatchUp(long now, DevicePort port)
    {
        if (!IsRunning) return 0;
        long frames = Pace.Frames(now - _anchor) - _anchored;
        _anchored += frames;
        long bytes = frames * FrameBytes;
        if (!Loops)
        {
            frames = Math.Min(frames, Math.Max(0, RingBytes - _total) / FrameBytes);
            bytes = frames * FrameBytes;
        }

        while (bytes > 0)
        {
            int part = (int)Math.Min(bytes, Chunk);
            if (Captures) Capture(part, port);
            else Play(part, port);
            bytes -= part;
        }

        // Without a byte to play the FIFO fills all the same: at the start, and after a position was written.
        if (!Captures) Fetch(0, port);
        return CountDown(frames);
    }

    /// <summary>Starts or stops it; it begins with an empty FIFO and a full sample counter.</summary>
    public void SetRunning(bool running, long now, DevicePort port)
    {
        if (running == IsRunning) return;
        IsRunning = running;
        _held = 0;
        _countdown = SampleCount + 1L;
        Anchor(now);
        CatchUp(now, port);
    }

    /// <summary>Holds it where it is, with what is in its FIFO; or lets it go on.</summary>
    public void SetPaused(bool paused, bool enabled, long now, DevicePort port)
    {
        IsRunning = enabled && !paused;
        Anchor(now);
        CatchUp(now, port);
    }

    public void SetPace(Es1370Pace pace, long now)
    {
        if (pace == Pace) return;
        Pace = pace;
        _format = null;
        Anchor(now);
    }

    public void SetFormat(bool is16Bit, bool isStereo, long now)
    {
        if ((is16Bit, isStereo) == (Is16Bit, IsStereo)) return;
        (Is16Bit, IsStereo) = (is16Bit, isStereo);
        _format = null;
        _held = 0;
        Anchor(now);
    }

    public void SetSampleCount(uint count) => (SampleCount, _countdown) = (count, count + 1L);

    /// <summary>The frame count register: size in the low half, position in the high half.</summary>
    public void SetRing(uint value)
    {
        RingSize = value & 0xFFFF;
        _total = _shown = (value >> 16) * 4L;
        _held = 0;
    }

    /// <summary>The ring's size and the position, as old as the card's jitter makes it.</summary>
    public uint RingRegister(long now)
    {
        long shown = _total;
        if (_options.Jitter > TimeSpan.Zero && IsRunning)
        {
            long ago = Pace.Frames(now - _anchor) - Pace.Frames(now - _anchor - (long)(Lag().TotalSeconds * Pace.Frequency));
            shown = Math.Max(_shown, _total - ago * FrameBytes);
        }

        _shown = shown;
        return (uint)(shown / 4 % (RingSize + 1L)) << 16 | RingSize;
    }

    public uint SampleCountRegister => (uint)((_countdown - 1) & 0xFFFF) << 16 | SampleCount;

    /// <summary>How many timestamps until it wants a turn.</summary>
    public long UntilTurn(long now)
    {
        long boundary = _anchor + Pace.Timestamps(_anchored + _countdown) - now;
        long refill = (long)Math.Ceiling(_options.FetchInterval.TotalSeconds * Pace.Frequency);
        return Math.Max(0, Math.Min(boundary, refill));
    }

    public bool WantsTurns => IsRunning && !AtEnd;

    private void Anchor(long now) => (_anchor, _anchored) = (now, 0);

    private TimeSpan Lag()
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return _options.Jitter * Math.Clamp(4 + normal, 0, 8);
    }

    private int CountDown(long frames)
    {
        _countdown -= frames;
        if (_countdown > 0) return 0;
        long periods = -_countdown / (SampleCount + 1L) + 1;
        _countdown += periods * (SampleCount + 1L);
        return (int)Math.Min(periods, int.MaxValue);
    }

    private StreamFormat Format => _format ??= new StreamFormat(Is16Bit ? SampleFormat.Int16 : SampleFormat.UInt8, IsStereo ? 2 : 1, Pace.Rate);

    private void Play(int bytes, DevicePort port)
    {
        Fetch(bytes, port);
        _sink?.Write(Format, _staging.AsSpan(0, bytes));
        _held -= bytes;
        _staging.AsSpan(bytes, _held).CopyTo(_staging);
        _total += bytes;
    }

    /// <summary>Fetches until so many bytes and a full FIFO are there; in stop mode not beyond the ring's end.</summary>
    private void Fetch(int bytes, DevicePort port)
    {
        int wanted = bytes + _options.FifoBytes;
        if (!Loops) wanted = (int)Math.Min(wanted, Math.Max(bytes, RingBytes - _total));
        while (_held < wanted)
        {
            long offset = (_total + _held) % RingBytes;
            int part = (int)Math.Min(wanted - _held, RingBytes - offset);
            Span<byte> place = _staging.AsSpan(_held, part);
            place.Clear();
            if (!port.TryReadAt(FrameAddress, (uint)offset, place)) RefusedTransfers++;
            _held += part;
        }
    }

    private void Capture(int bytes, DevicePort port)
    {
        Span<byte> frames = _staging.AsSpan(0, bytes);
        frames.Fill(Is16Bit ? (byte)0 : (byte)0x80);
        _source?.Read(Format, frames);
        while (frames.Length > 0)
        {
            long offset = _total % RingBytes;
            int part = (int)Math.Min(frames.Length, RingBytes - offset);
            if (!port.TryWriteAt(FrameAddress, (uint)offset, frames[..part])) RefusedTransfers++;
            frames = frames[part..];
            _total += part;
        }
    }
}
