using System.Runtime.InteropServices;

namespace DmaKit.Benchmarks.Native;

/// <summary>The peer of the gather rows: benchmarks/peers/gather.c copies the same fragments into the same block, so that what the caches make of its pages is the same for both.</summary>
internal sealed unsafe partial class GatherPeer : IDisposable
{
    private readonly byte* _block;
    private readonly Piece* _pieces;
    private readonly int _count;

    /// <param name="pieces">Where the fragments lie in this process, and how long they are.</param>
    /// <param name="block">Where they go: memory of the machine, which outlives this, and has room for all.</param>
    public GatherPeer(ReadOnlySpan<(nint Start, int Length)> pieces, Span<byte> block)
    {
        long length = 0;
        _count = pieces.Length;
        // SAFETY: owner: this object, which frees the list once, in Dispose. The machine's memory does not move.
        fixed (byte* start = block) _block = start;
        _pieces = (Piece*)NativeMemory.AlignedAlloc((nuint)(sizeof(Piece) * _count), 64);
        for (int i = 0; i < _count; i++)
        {
            _pieces[i] = new Piece { Start = pieces[i].Start, Length = pieces[i].Length };
            length += pieces[i].Length;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, block.Length);
    }

    // SAFETY: as in the constructor; the fragments are the caller's, who keeps them.
    public long Play(int n) => GatherMany(_pieces, _count, _block, n);

    // SAFETY: as in the constructor; not used after.
    public void Dispose() => NativeMemory.AlignedFree(_pieces);

    // SAFETY: a function of benchmarks/peers/gather.c with these parameters.
    [LibraryImport("peer-own", EntryPoint = "gather_many")]
    private static partial long GatherMany(Piece* pieces, long count, byte* block, int n);

    private struct Piece
    {
        public nint Start;
        public long Length;
    }
}
