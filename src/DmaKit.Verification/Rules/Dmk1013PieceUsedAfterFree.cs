namespace DmaKit.Verification;

/// <summary>A piece of a heap was used through its handle after it was freed.</summary>
internal sealed class Dmk1013PieceUsedAfterFree : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1013";

    /// <inheritdoc/>
    public override string Name => "piece-used-after-free";

    /// <inheritdoc/>
    public override string Meaning => "A piece of a heap was read, written or asked for its address after it had been freed; by then its memory may be somebody else's.";

    /// <inheritdoc/>
    public override string Cause => "A queue is freed while a handler, a timer or a deferred doorbell still uses it.";

    /// <inheritdoc/>
    public override string Mend => "Stop whoever uses the piece first, and free it last.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W24"];

    internal override IReadOnlyList<string> Core => ["piece-used-after-free"];
}
