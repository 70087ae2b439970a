namespace DmaKit;

/// <summary>What can be chosen of a <see cref="Coalescer"/>.</summary>
public sealed record CoalescerOptions
{
    /// <summary>When it copies.</summary>
    public CoalescingPolicy Policy
    {
        get;
        init => field = value is >= CoalescingPolicy.WhenRequired and <= CoalescingPolicy.Never
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Policy), value, $"Policy is {value}; legal: WhenRequired, Whole, Never.");
    }

    /// <summary>
    /// How many bytes are left free in front of every request, for a header that the driver writes there (<see cref="DmaMapping.Headroom"/>):
    /// 0 or more. They lie in a block, are zero at first, and are part of the first element.
    /// </summary>
    public int Headroom
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Headroom), value, $"Headroom is {value}; legal: 0 bytes or more.");
    }
}
