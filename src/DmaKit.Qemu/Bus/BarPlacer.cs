namespace DmaKit.Qemu;

/// <summary>Finds base address registers and gives them their addresses, as firmware does: each naturally aligned.</summary>
internal sealed class BarPlacer(ConfigAccess config)
{
    private const int FirstBar = 0x10;
    private const int BarCount = 6;
    private const int IoFlag = 1, WideFlag = 4;
    private const ulong Page = 4096;

    // Where q35 has neither memory nor its own registers: from 3.5 GiB below the I/O APIC, and above all memory.
    private ulong _memory = 0xE000_0000;
    private readonly ulong _memoryEnd = 0xFEC0_0000;
    private ulong _high = 1UL << 40;
    private ulong _io = 0xC000;
    private readonly ulong _ioEnd = 0x1_0000;

    /// <summary>Places the registers of a function whose decoding is off.</summary>
    internal QemuBar[] Place(int slot)
    {
        var bars = new List<QemuBar>();
        for (int number = 0; number < BarCount; number++)
        {
            int at = FirstBar + (4 * number);
            uint low = Probe(slot, at);
            if (low == 0) continue;
            bool io = (low & IoFlag) != 0;
            bool wide = !io && (low & 6) == WideFlag;
            ulong mask = low & (io ? ~3u : ~15u);

            // I/O registers may leave their upper half unconnected.
            if (io) mask |= 0xFFFF_0000;
            mask |= wide ? (ulong)Probe(slot, at + 4) << 32 : 0xFFFF_FFFF_0000_0000;
            ulong length = ~mask + 1;
            ulong address = io ? Next(ref _io, length, _ioEnd) : Next(ref _memory, Math.Max(length, Page), _memoryEnd);
            if (address == 0 && wide) address = Next(ref _high, length, ulong.MaxValue);
            config.Write(slot, at, 4, (uint)address);
            if (wide) config.Write(slot, at + 4, 4, (uint)(address >> 32));

            // Without a place it stays switched off; who maps it is told that it is not there.
            if (address != 0) bars.Add(new QemuBar(number, address, (long)length, io, wide));
            if (wide) number++;
        }

        return [.. bars];
    }

    private uint Probe(int slot, int at)
    {
        config.Write(slot, at, 4, uint.MaxValue);
        return config.Read(slot, at, 4);
    }

    private static ulong Next(ref ulong next, ulong length, ulong end)
    {
        ulong address = (next + length - 1) & ~(length - 1);
        if (address + length > end) return 0;
        next = address + length;
        return address;
    }
}
