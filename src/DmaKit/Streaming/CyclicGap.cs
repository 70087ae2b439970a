namespace DmaKit;

/// <summary>Positions of a <see cref="CyclicTransfer"/> where the device did not have what was meant for it, or may not have had it.</summary>
/// <param name="Position">The first of them, in bytes.</param>
/// <param name="Length">How many bytes there are.</param>
public readonly record struct CyclicGap(long Position, long Length)
{
    /// <summary>The position that follows the last of them.</summary>
    public long End => Position + Length;
}
