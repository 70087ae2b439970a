namespace DmaKit;

/// <summary>What a common buffer must be like, beyond what the adapter's constraints demand.</summary>
public sealed record CommonBufferOptions
{
    /// <summary>No wishes.</summary>
    public static CommonBufferOptions Default { get; } = new();

    /// <summary>A name for pictures, reports and fault messages.</summary>
    public string? Name { get; init; }

    /// <summary>The lowest logical address that any byte may have.</summary>
    public LogicalAddress MinimumAddress { get; init; }

    /// <summary>The highest logical address that any byte may have; the adapter's reach limits it further.</summary>
    public LogicalAddress MaximumAddress { get; init; } = new(ulong.MaxValue);

    /// <summary>What the <em>logical</em> address must be a multiple of, in bytes: a power of two. A page at least, whatever is asked.</summary>
    public long Alignment
    {
        get;
        init => field = value >= 1 && long.IsPow2(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Alignment), value, $"Alignment is {value}; legal: a power of two in bytes, 1 or more.");
    } = 1;

    /// <summary>A power of two that the buffer may not cross a multiple of, in bytes; 0 for none.</summary>
    public long Boundary
    {
        get;
        init => field = value == 0 || (value > 0 && long.IsPow2(value))
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Boundary), value, $"Boundary is {value}; legal: 0 (none), or a power of two in bytes.");
    }
}
