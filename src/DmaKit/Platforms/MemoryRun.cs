namespace DmaKit.Platforms;

/// <summary>A run of memory that a platform gave: contiguous in this process and to the device.</summary>
/// <param name="Host">Where it is in this process.</param>
/// <param name="Logical">Where it is to the device.</param>
/// <param name="Length">The length in bytes, a multiple of the page size.</param>
/// <param name="Token">The platform's own number for it.</param>
public readonly record struct MemoryRun(nint Host, LogicalAddress Logical, long Length, long Token);
