using DmaKit.Platforms;

namespace DmaKit.Emulation;

/// <summary>Which page of a logical address space leads to which frame: three levels of 4,096 entries, for addresses of 48 bits.</summary>
/// <remarks>
/// One writer at a time; reading takes no lock and allocates nothing. A reader may see an entry a moment longer than its writer:
/// who takes entries away waits, in <see cref="Settle"/>, for the transfers that are under way.
/// </remarks>
internal sealed class PageTable(Action passTransfers) : PageTranslation
{
    private const int LevelBits = 12;
    private const int Entries = 1 << LevelBits;
    private const int Mask = Entries - 1;
    private const long EndPage = 1L << (3 * LevelBits);

    private readonly long[]?[]?[] _root = new long[]?[]?[Entries];

    internal override int AddressBits => 48;

    internal override bool SettledIsProof => true;

    internal override bool TryMap(long page, FrameRun run)
    {
        for (long i = 0; i < run.Count; i++)
        {
            long at = page + i;
            long[]?[] middle = _root[at >> (2 * LevelBits)] ??= new long[]?[Entries];
            long[] leaf = middle[(at >> LevelBits) & Mask] ??= new long[Entries];

            // One more than the frame, so that an empty entry is none.
            leaf[at & Mask] = run.First + i + 1;
        }

        return true;
    }

    internal override void Unmap(long page, long count)
    {
        for (long at = page; at < page + count; at++)
            if (_root[at >> (2 * LevelBits)]?[(at >> LevelBits) & Mask] is { } leaf) leaf[at & Mask] = 0;
    }

    internal override bool TryGet(long page, out long frame)
    {
        frame = -1;
        if ((ulong)page >= EndPage) return false;
        if (_root[page >> (2 * LevelBits)]?[(page >> LevelBits) & Mask] is not { } leaf) return false;
        frame = leaf[page & Mask] - 1;
        return frame >= 0;
    }

    internal override void Settle(long page, long count) => passTransfers();
}
