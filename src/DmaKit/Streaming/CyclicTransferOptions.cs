namespace DmaKit;

/// <summary>What a continuous transfer is like. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record CyclicTransferOptions
{
    /// <summary>Which way: <see cref="DmaDirection.ToDevice"/> plays, <see cref="DmaDirection.FromDevice"/> captures.</summary>
    public DmaDirection Direction { get; init; } = DmaDirection.ToDevice;

    /// <summary>The size of a frame in bytes, 1 to 65,536: what is never torn apart, such as one sample of each channel. Default 4.</summary>
    public int FrameBytes
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value : throw Bad(nameof(FrameBytes), value, "1 to 65,536 bytes");
    } = 4;

    /// <summary>How many frames the device moves a second by its own clock, more than 0 and at most 10^9. Default 44,100.</summary>
    public double Rate
    {
        get;
        init => field = value is > 0 and <= 1e9 ? value : throw Bad(nameof(Rate), value, "more than 0, at most 1,000,000,000 frames a second");
    } = 44_100;

    /// <summary>How much is asked for between two interrupts, in bytes; rounded up to whole frames. 0, the default, is 10 ms.</summary>
    public int PeriodBytes
    {
        get;
        init => field = value >= 0 ? value : throw Bad(nameof(PeriodBytes), value, "0 (10 ms), or more bytes");
    }

    /// <summary>How large a ring is asked for, in bytes; rounded up to whole periods, two at least. 0, the default, is 200 ms.</summary>
    public long RingBytes
    {
        get;
        init => field = value is >= 0 and <= 1L << 40 ? value : throw Bad(nameof(RingBytes), value, "0 (200 ms), or up to 1 TiB in bytes");
    }

    /// <summary>The largest ring that the device can go round, in bytes; 0, the default, for no limit.</summary>
    public long MaximumRingBytes
    {
        get;
        init => field = value >= 0 ? value : throw Bad(nameof(MaximumRingBytes), value, "0 (no limit), or more bytes");
    }

    /// <summary>What the device wants periods to be a multiple of, in bytes, 1 to 65,536; frames are kept whole in any case. Default 1.</summary>
    public int Granularity
    {
        get;
        init => field = value is >= 1 and <= 65_536 ? value : throw Bad(nameof(Granularity), value, "1 to 65,536 bytes");
    } = 1;

    /// <summary>How far the device may have fetched beyond its position, in bytes: its FIFO. Default 0.</summary>
    public int FifoBytes
    {
        get;
        init => field = value >= 0 ? value : throw Bad(nameof(FifoBytes), value, "0 or more bytes");
    }

    /// <summary>How far the device may be beyond the position that it reports, in bytes: the step of a register, a whole period where only periods are told. Default 0.</summary>
    public int PositionAccuracy
    {
        get;
        init => field = value >= 0 ? value : throw Bad(nameof(PositionAccuracy), value, "0 or more bytes");
    }

    /// <summary>The byte that silence is made of: 0, the default; 0x80 for unsigned samples of 8 bits.</summary>
    public byte Silence { get; init; }

    /// <summary>What is heard when nothing was written in time.</summary>
    public UnderrunPolicy Underrun
    {
        get;
        init => field = value is >= UnderrunPolicy.Silence and <= UnderrunPolicy.Stop ? value : throw Bad(nameof(Underrun), value, "Silence, Repeat, Stop");
    }

    /// <summary>How often the device is asked for its position by a timer of the platform's clock; zero, the default, for never.</summary>
    public TimeSpan PollInterval
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw Bad(nameof(PollInterval), value, "zero (never), or more");
    }

    /// <summary>A name for the ring's common buffer and for reports; null for one made from the function's address.</summary>
    public string? Name { get; init; }

    private static ArgumentOutOfRangeException Bad(string name, object value, string legal) => new(name, value, $"{name} is {value}; legal: {legal}.");
}
