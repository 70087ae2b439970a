namespace DmaKit.Emulation;

/// <summary>A base address register with the address that the machine gave it.</summary>
internal sealed record AssignedBar(int Number, ulong Address, long Length, bool IsIo, bool Is64Bit);
