namespace DmaKit;

/// <summary>What became of a write into a ring.</summary>
/// <param name="Position">The position of the first byte that was written: where it is heard.</param>
/// <param name="Written">How many bytes of the data are in the ring, those that came late included. Less than was given where there was no room.</param>
/// <param name="Late">
/// How many bytes may not be heard: the device may have passed their positions. They are not left in the ring, where they would be heard
/// one lap later.
/// </param>
public readonly record struct CyclicWrite(long Position, int Written, int Late);
