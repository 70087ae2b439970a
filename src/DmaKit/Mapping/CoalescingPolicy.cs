namespace DmaKit;

/// <summary>When a <see cref="Coalescer"/> copies.</summary>
public enum CoalescingPolicy
{
    /// <summary>Where the device could not take the request otherwise, and as few bytes as will do.</summary>
    WhenRequired,

    /// <summary>Always, and everything: into one block, or, where it is longer than that, into as few as it takes.</summary>
    Whole,

    /// <summary>Not at all: as if there were no coalescer. To switch it off in one place.</summary>
    Never,
}
