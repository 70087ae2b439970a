namespace DmaKit.Verification;

/// <summary>A piece of a heap was freed twice.</summary>
internal sealed class Dmk1011PieceFreedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1011";

    /// <inheritdoc/>
    public override string Name => "piece-freed-twice";

    /// <inheritdoc/>
    public override string Meaning => "A piece of a heap was freed although it had been freed already.";

    /// <inheritdoc/>
    public override string Cause => "A queue is torn down by its error path and by its Dispose, or a using statement and a call of Free both free it.";

    /// <inheritdoc/>
    public override string Mend => "Let one owner free it, and set what it keeps to default at the same place.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W04", "W41"];

    internal override IReadOnlyList<string> Core => ["piece-freed-twice"];
}
