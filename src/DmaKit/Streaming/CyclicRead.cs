namespace DmaKit;

/// <summary>What a read from a ring brought.</summary>
/// <param name="Position">The position of the first byte: greater than the end of the read before by <paramref name="Lost"/>.</param>
/// <param name="Length">How many bytes there are.</param>
/// <param name="Lost">How many bytes before them were overwritten by the device before they were read.</param>
public readonly record struct CyclicRead(long Position, int Length, long Lost);
