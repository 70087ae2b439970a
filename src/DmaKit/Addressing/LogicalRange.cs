namespace DmaKit;

/// <summary>A run of logical addresses: where it starts and how many bytes it has.</summary>
/// <remarks>Immutable; safe from any thread.</remarks>
public readonly record struct LogicalRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="start">The first address.</param>
    /// <param name="length">The length in bytes, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative, or the range ends above 2^64 - 1.</exception>
    public LogicalRange(LogicalAddress start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > 0 && (ulong)(length - 1) > ulong.MaxValue - start.Value)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A range that starts at {start} ends above 2^64 - 1.");
        Start = start;
        Length = length;
    }

    /// <summary>The first address.</summary>
    public LogicalAddress Start { get; }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>The last address that belongs to the range. Meaningless for an empty one.</summary>
    public LogicalAddress Last => new(unchecked(Start.Value + (ulong)Length - 1));

    /// <summary>Whether <paramref name="address"/> lies in the range.</summary>
    public bool Contains(LogicalAddress address) => address.Value >= Start.Value && address.Value - Start.Value < (ulong)Length;

    /// <summary>Whether the two ranges have a byte in common.</summary>
    public bool Overlaps(LogicalRange other) =>
        Length > 0 && other.Length > 0 && Start.Value <= other.Last.Value && other.Start.Value <= Last.Value;

    /// <summary>The range as <c>0x00001000+0x200</c>.</summary>
    public override string ToString() => $"{Start}+0x{Length:X}";
}
