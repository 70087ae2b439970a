namespace DmaKit;

/// <summary>Something scarce is not to be had: memory of the asked shape, map registers, mappings of the kernel.</summary>
/// <param name="message">What was asked, under which limits, and what mends it.</param>
/// <param name="requested">How much was asked, in bytes.</param>
/// <param name="largestAvailable">The most that could be had under the same limits, in bytes.</param>
public sealed class DmaResourceException(string message, long requested, long largestAvailable) : DmaException(message)
{
    /// <summary>How much was asked, in bytes.</summary>
    public long Requested { get; } = requested;

    /// <summary>The most that could be had under the same limits, in bytes; 0 when nothing.</summary>
    public long LargestAvailable { get; } = largestAvailable;
}
