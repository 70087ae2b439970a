namespace DmaKit;

/// <summary>A stretch of a request: one element that the device takes where it lies, or bytes that must be copied.</summary>
/// <param name="Offset">Where it starts in the request.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Why">Why it must be copied; <see cref="CopyReasons.None"/> when the device takes it where it lies.</param>
/// <param name="Address">Where it is to the device, if it does.</param>
internal readonly record struct ChainPart(long Offset, long Length, CopyReasons Why, LogicalAddress Address)
{
    /// <summary>Whether the device takes it where it lies.</summary>
    public bool IsDirect => Why == CopyReasons.None;
}
