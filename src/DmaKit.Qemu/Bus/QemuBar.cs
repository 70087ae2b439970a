namespace DmaKit.Qemu;

/// <summary>A base address register with the address it was given.</summary>
internal readonly record struct QemuBar(int Number, ulong Address, long Length, bool IsIo, bool Is64Bit);
