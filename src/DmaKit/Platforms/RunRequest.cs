namespace DmaKit.Platforms;

/// <summary>What a run of memory must be like.</summary>
/// <param name="Length">The length in bytes, a multiple of the page size.</param>
/// <param name="Minimum">The lowest logical address that any byte may have.</param>
/// <param name="Maximum">The highest logical address that any byte may have.</param>
/// <param name="Alignment">What the logical address must be a multiple of, in bytes: a power of two, a page or more.</param>
/// <param name="Boundary">A power of two that the run may not cross a multiple of; 0 for none.</param>
public readonly record struct RunRequest(long Length, LogicalAddress Minimum, LogicalAddress Maximum, long Alignment, long Boundary);
