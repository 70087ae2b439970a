namespace DmaKit;

/// <summary>What a command pool must be like.</summary>
public sealed record CommandPoolOptions
{
    /// <summary>A name for pictures, reports and messages.</summary>
    public string? Name { get; init; }

    /// <summary>Bytes behind each packet, contiguous with it: a scatter-gather list, sense data. 0 or more.</summary>
    public int TrailingBytes
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(TrailingBytes), value, $"TrailingBytes is {value}; legal: 0 or more.");
    }

    /// <summary>What a packet's logical address must be a multiple of, in bytes: a power of two.</summary>
    public int Alignment
    {
        get;
        init => field = value >= 1 && int.IsPow2(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Alignment), value, $"Alignment is {value}; legal: a power of two in bytes.");
    } = 64;

    /// <summary>How many bits of the wire the tag may use: 8 to 32. The device gives back what stands there, such as 31 bits for Fusion MPT.</summary>
    public int TagBits
    {
        get;
        init => field = value is >= 8 and <= 32 ? value : throw new ArgumentOutOfRangeException(nameof(TagBits), value, $"TagBits is {value}; legal: 8 to 32.");
    } = 31;

    /// <summary>A power of two that all packets must lie between two multiples of, in bytes, such as 4 GiB where a register holds the upper half once; 0 for none.</summary>
    public long AddressWindow
    {
        get;
        init => field = value == 0 || (value > 0 && long.IsPow2(value))
            ? value
            : throw new ArgumentOutOfRangeException(nameof(AddressWindow), value, $"AddressWindow is {value}; legal: 0 (none), or a power of two in bytes.");
    }

    /// <summary>The lowest logical address that any byte of a packet may have.</summary>
    public LogicalAddress MinimumAddress { get; init; }

    /// <summary>
    /// The highest logical address that any byte of a packet may have; the adapter's reach limits it further. With
    /// <see cref="MinimumAddress"/> it keeps a second pool in the window of the first.
    /// </summary>
    public LogicalAddress MaximumAddress { get; init; } = new(ulong.MaxValue);

    /// <summary>
    /// Whether the device only reads packets and trailing bytes, as request frames: a verifier then finds who wrote to a packet that was posted.
    /// False, the default, where the device writes results or queue links into them.
    /// </summary>
    public bool DeviceOnlyReads { get; init; }

    /// <summary>Is told of commands that overstayed, so that the driver can abort them; null when nobody cares.</summary>
    public ICommandSupervisor? Supervisor { get; init; }
}
