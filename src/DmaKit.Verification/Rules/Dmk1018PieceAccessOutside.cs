namespace DmaKit.Verification;

/// <summary>An access outside of a piece of a heap.</summary>
internal sealed class Dmk1018PieceAccessOutside : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1018";

    /// <inheritdoc/>
    public override string Name => "piece-access-outside";

    /// <inheritdoc/>
    public override string Meaning => "The driver reached for bytes outside of a piece of a heap; the access was refused, where without the check it would have met its neighbour.";

    /// <inheritdoc/>
    public override string Cause => "An index that was not wrapped at the end of a queue, or a queue that was made smaller than asked for by a driver that still counts with the old size.";

    /// <inheritdoc/>
    public override string Mend => "Take indices modulo the count that HeapPiece.Length gives room for.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W28", "W34"];

    internal override IReadOnlyList<string> Core => ["piece-access-outside"];
}
