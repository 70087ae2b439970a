namespace DmaKit.Devices;

/// <summary>One base address register of a device.</summary>
/// <param name="Number">0 to 5; a 64-bit register takes the next number too.</param>
/// <param name="Length">The length in bytes, a power of two, 16 or more.</param>
/// <param name="IsIo">Whether it is in I/O space rather than memory space.</param>
/// <param name="Is64Bit">Whether its address has 64 bits.</param>
public sealed record BarSpecification(int Number, long Length, bool IsIo = false, bool Is64Bit = false);
