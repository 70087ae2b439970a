namespace DmaKit;

/// <summary>A stretch of a planned mapping.</summary>
/// <param name="Offset">Where it starts in the request.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Why">Why it is copied; <see cref="CopyReasons.None"/> for an element that the device takes where it lies.</param>
/// <param name="Address">Where it is to the device, if it is not copied.</param>
/// <param name="Block">In which of the coalescer's blocks it is to be, as one element; -1 when in none.</param>
/// <param name="Place">Where in that block, in bytes from its start.</param>
internal readonly record struct PlanSegment(long Offset, long Length, CopyReasons Why, LogicalAddress Address, int Block = -1, long Place = 0)
{
    /// <summary>Whether it goes through map registers.</summary>
    public bool IsBounced => Why != CopyReasons.None && Block < 0;

    /// <summary>Whether it is copied into a block.</summary>
    public bool IsCoalesced => Block >= 0;
}
