namespace DmaKit;

/// <summary>A run of a heap: a piece, or free space between pieces.</summary>
/// <param name="Range">Where it is to the device; of a piece all that it takes, rounded up to granules.</param>
/// <param name="IsFree">Whether no piece takes it.</param>
/// <param name="Name">The piece's name, or null.</param>
public readonly record struct HeapRun(LogicalRange Range, bool IsFree, string? Name);
