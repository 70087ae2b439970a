namespace DmaKit.Verification;

/// <summary>A block was used through its handle after it was returned.</summary>
internal sealed class Dmk1010BlockUsedAfterReturn : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1010";

    /// <inheritdoc/>
    public override string Name => "block-used-after-return";

    /// <inheritdoc/>
    public override string Meaning => "A block was read, written or asked for its address after it had been returned; by then it may be somebody else's.";

    /// <inheritdoc/>
    public override string Cause => "The block is returned at the top of the completion path, and the path still reads the result from it.";

    /// <inheritdoc/>
    public override string Mend => "Copy out what is needed, then return the block as the last step.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W24"];

    internal override IReadOnlyList<string> Core => ["block-used-after-return"];
}
