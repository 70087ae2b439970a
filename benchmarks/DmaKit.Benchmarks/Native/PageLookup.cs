using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>The peer of map-direct: a table of pages that benchmarks/peers/lookup.c walks.</summary>
internal sealed unsafe partial class PageLookup : IDisposable
{
    private const int Level = 512;
    private const ulong Start = 37UL << 12;

    private readonly nint _memory;
    private readonly ulong _length;

    /// <param name="pages">The addresses of the pages, so that both sides make the same elements.</param>
    public PageLookup(ReadOnlySpan<ulong> pages)
    {
        // SAFETY: owner: this object's own memory: a root, a leaf, and room for elements; the pages fit one leaf behind the start.
        _memory = (nint)NativeMemory.AlignedAlloc(3 * Level * 8, 4096);
        _length = (ulong)pages.Length << 12;
        var root = (ulong**)_memory;
        ulong* leaf = (ulong*)_memory + Level;
        new Span<nint>((void*)_memory, Level).Fill((nint)leaf);
        for (int i = 0; i < pages.Length; i++) leaf[(int)(Start >> 12) + i] = pages[i];
        root[0] = leaf;
    }

    // SAFETY: as in the constructor.
    public long Play(int n) => LookUpMany(_memory, Start, _length, _memory + (2 * Level * 8), n);

    // SAFETY: as in the constructor; not used after.
    public void Dispose() => NativeMemory.AlignedFree((void*)_memory);

    // SAFETY: a function of benchmarks/peers/lookup.c with these parameters.
    [LibraryImport("peer-own", EntryPoint = "lookup_many")]
    private static partial long LookUpMany(nint root, ulong at, ulong length, nint elements, int n);
}
