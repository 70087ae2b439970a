using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit.Qemu;

/// <summary>The page tables of one logical address space: four levels of 512 entries, for addresses of 48 bits.</summary>
/// <remarks>
/// An entry is a frame's address with bit 0 for reading and bit 1 for writing, on every level (Intel VT-d, second-level translation). Tables are kept
/// once made. The IOMMU remembers what it translated until it is told to forget: that is <see cref="Settle"/>.
/// </remarks>
internal sealed class VtdTables(VtdUnit unit, VtdPages pages, ushort domain) : PageTranslation
{
    internal const int Bits = 48;

    private const int LevelBits = 9, Levels = 4;
    private const long IndexMask = (1 << LevelBits) - 1;
    private const ulong ReadWrite = 3;
    private const ulong AddressMask = 0x000F_FFFF_FFFF_F000;
    private const long PagesInAll = 1L << (Bits - PhysicalMemory.PageShift);

    /// <summary>The frame of the uppermost table.</summary>
    internal long Root { get; } = pages.Take();

    /// <summary>The number by which the IOMMU knows this address space.</summary>
    internal ushort Domain => domain;

    internal override int AddressBits => Bits;

    // QEMU's devices look a transfer up once, when it begins, and may move its bytes later.
    internal override bool SettledIsProof => false;

    // One lowest table for every 512 pages and one more at the edge, and at most two of each level above, however the run lies.
    internal override long FramesFor(long count) => (count >> LevelBits) + 2 + (2 * (Levels - 2));

    internal override bool TryMap(long page, FrameRun run)
    {
        for (long i = 0; i < run.Count; i++)
        {
            long table = Leaf(page + i, make: true);
            if (table == 0) return false;
            pages.Write(table, (int)((page + i) & IndexMask), VtdPages.Address(run.First + i) | ReadWrite);
        }

        return true;
    }

    internal override void Unmap(long page, long count)
    {
        for (long at = page; at < page + count; at++)
            if (Leaf(at, make: false) is > 0 and long table) pages.Write(table, (int)(at & IndexMask), 0);
    }

    internal override bool TryGet(long page, out long frame)
    {
        frame = -1;
        if ((ulong)page >= PagesInAll || Leaf(page, make: false) is not (> 0 and long table)) return false;
        ulong entry = pages.Read(table, (int)(page & IndexMask));
        if ((entry & ReadWrite) == 0) return false;
        frame = (long)((entry & AddressMask) >> PhysicalMemory.PageShift);
        return true;
    }

    internal override void Settle(long page, long count) => unit.Forget(domain, page, count);

    /// <summary>The frame of the table that a page's entry lies in; 0 when there is none and none can be made.</summary>
    private long Leaf(long page, bool make)
    {
        long table = Root;
        for (int level = Levels - 1; level > 0; level--)
        {
            int index = (int)((page >> (level * LevelBits)) & IndexMask);
            ulong entry = pages.Read(table, index);
            if (entry == 0)
            {
                if (!make || !pages.TryTake(out long made)) return 0;
                entry = VtdPages.Address(made) | ReadWrite;
                pages.Write(table, index, entry);
            }

            table = (long)((entry & AddressMask) >> PhysicalMemory.PageShift);
        }

        return table;
    }
}
