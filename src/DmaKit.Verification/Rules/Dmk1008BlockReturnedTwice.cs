namespace DmaKit.Verification;

/// <summary>A block was returned twice.</summary>
internal sealed class Dmk1008BlockReturnedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1008";

    /// <inheritdoc/>
    public override string Name => "block-returned-twice";

    /// <inheritdoc/>
    public override string Meaning => "A block of a pool was given back although it had been given back already.";

    /// <inheritdoc/>
    public override string Cause => "Two paths return it: completion and time-out, or a using statement and a call of Return.";

    /// <inheritdoc/>
    public override string Mend => "Let one owner return it: hand the block over, or dispose it in one place.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W04"];

    internal override IReadOnlyList<string> Core => ["block-returned-twice"];
}
