namespace DmaKit.Verification;

/// <summary>A piece was freed in a heap that it is not of.</summary>
internal sealed class Dmk1012PieceFreedInWrongHeap : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1012";

    /// <inheritdoc/>
    public override string Name => "piece-freed-in-wrong-heap";

    /// <inheritdoc/>
    public override string Meaning => "A piece was freed in another heap than it was taken from; that was refused, and the piece is still out.";

    /// <inheritdoc/>
    public override string Cause => "A driver has a heap for each reach or device, and keeps pieces of both in one list.";

    /// <inheritdoc/>
    public override string Mend => "Call HeapPiece.Dispose, which finds the heap by itself, or keep the heap beside the piece.";

    internal override IReadOnlyList<string> Core => ["piece-freed-in-wrong-heap"];
}
