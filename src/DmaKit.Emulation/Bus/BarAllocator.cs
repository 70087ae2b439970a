using DmaKit.Devices;
using DmaKit.Native;

namespace DmaKit.Emulation;

/// <summary>Gives base address registers their addresses, as firmware does: memory from 3.5 GiB, I/O from 0xC000, each naturally aligned.</summary>
internal sealed class BarAllocator
{
    private const ulong MemoryStart = 0xE000_0000;
    private const ulong MemoryEnd = 0xFE00_0000;
    private const ulong IoStart = 0xC000;
    private const ulong IoEnd = 0x1_0000;

    // Above all memory that a machine can have.
    private const ulong HighStart = 1UL << 40;
    private ulong _memory = MemoryStart;
    private ulong _io = IoStart;
    private ulong _high = HighStart;

    internal AssignedBar Assign(BarSpecification bar)
    {
        if (bar.Number is < 0 or > 5 || bar.Length < 16 || !long.IsPow2(bar.Length) || (bar.Is64Bit && (bar.IsIo || bar.Number == 5)))
            throw new ArgumentException($"{bar}: a register has number 0 to 5, a length that is a power of two of 16 bytes or more, and 64 bits only in memory space.", nameof(bar));
        ulong length = (ulong)bar.Length;
        if (bar.IsIo) return Place(bar, ref _io, length, IoEnd, "I/O");
        bool fits = length <= MemoryEnd - MemoryStart && AlignUp(_memory, Math.Max(length, PhysicalMemory.PageSize)) + length <= MemoryEnd;
        return bar.Is64Bit && !fits
            ? Place(bar, ref _high, length, ulong.MaxValue, "64-bit memory")
            : Place(bar, ref _memory, Math.Max(length, PhysicalMemory.PageSize), MemoryEnd, "memory");
    }

    private static AssignedBar Place(BarSpecification bar, ref ulong next, ulong granule, ulong end, string space)
    {
        ulong address = AlignUp(next, granule);
        if (address + granule > end) throw new DmaException($"The machine's {space} space has no 0x{bar.Length:X} bytes left for BAR {bar.Number}.");
        next = address + granule;
        return new AssignedBar(bar.Number, address, bar.Length, bar.IsIo, bar.Is64Bit);
    }

    private static ulong AlignUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);
}
