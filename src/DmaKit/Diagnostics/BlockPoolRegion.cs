namespace DmaKit;

/// <summary>A common buffer of a pool, and which of the pool's blocks lie in it.</summary>
/// <param name="Buffer">The buffer's name.</param>
/// <param name="Range">Where the buffer is to the device.</param>
/// <param name="FirstBlock">The number of the first block in it.</param>
/// <param name="Blocks">How many blocks lie in it.</param>
public sealed record BlockPoolRegion(string Buffer, LogicalRange Range, int FirstBlock, int Blocks);
