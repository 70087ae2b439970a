namespace DmaKit;

/// <summary>One logically contiguous run of a mapping: an entry of a scatter-gather list.</summary>
/// <param name="Address">Where it is to the device.</param>
/// <param name="Length">The length in bytes.</param>
public readonly record struct DmaElement(LogicalAddress Address, long Length);
