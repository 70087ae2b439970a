namespace DmaKit;

/// <summary>A part of a request that is copied whole or not at all.</summary>
internal struct CoalescePart
{
    /// <summary>Where it starts in the request.</summary>
    public long Offset;

    /// <summary>Its length in bytes.</summary>
    public long Length;

    /// <summary>What copying it costs: its length, or nothing where it is copied in any case.</summary>
    public long Weight;

    /// <summary>How many elements it is if the coalescer does not copy it; 0 when it must.</summary>
    public int Elements;

    /// <summary>Why it cannot stay where it lies.</summary>
    public CopyReasons Why;

    /// <summary>Where it is to the device, if it can stay.</summary>
    public LogicalAddress Address;

    /// <summary>Whether the coalescer copies it: what is chosen.</summary>
    public bool Copied;
}
