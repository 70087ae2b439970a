using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace DmaKit;

/// <summary>What is said about heap pieces that are used wrongly. Kept away from the fast paths.</summary>
[StackTraceHidden]
internal static class HeapMisuse
{
    internal const string Twice = "piece-freed-twice", Used = "piece-used-after-free", WrongHeap = "piece-freed-in-wrong-heap", Outside = "piece-access-outside";

    [DoesNotReturn]
    internal static void ThrowNoHeap(HeapPiece piece) => throw new DmaMisuseException(piece.HeapId == 0
        ? "A default HeapPiece was used, which is no piece: allocate one first."
        : $"Piece {piece.Node} was used after its heap was disposed.");

    [DoesNotReturn]
    internal static void ThrowStale(BufferHeap heap, HeapPiece piece, string rule) => throw Log(heap).Refuse(rule, heap.Name, Stale(heap, piece));

    [DoesNotReturn]
    internal static void ThrowForeign(BufferHeap heap, HeapPiece piece) => throw Log(heap).Refuse(WrongHeap, heap.Name, piece.HeapId == 0
        ? $"A default HeapPiece was given to heap '{heap.Name}': it is no piece."
        : $"{piece} was freed in heap '{heap.Name}', which it is not of.");

    [DoesNotReturn]
    internal static void ThrowOutside(BufferHeap heap, HeapPiece piece, long offset, long length)
    {
        string message = $"{length} bytes at offset {offset} of piece {piece.Node} of heap '{heap.Name}', which has {piece.Length} bytes.";
        Log(heap).NoteRefused(Outside, heap.Name, message);
        throw new ArgumentOutOfRangeException(nameof(offset), offset, message);
    }

    internal static string Stale(BufferHeap heap, HeapPiece piece) => heap.IsDisposed
        ? $"Piece {piece.Node} was used after its heap '{heap.Name}' was disposed."
        : $"Piece {piece.Node} of heap '{heap.Name}', {piece.Length} bytes, was freed already: its handle is stale.";

    private static MisuseLog Log(BufferHeap heap) => heap.Adapter.Function.Platform.Misuse;
}
