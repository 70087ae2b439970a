namespace DmaKit.Verification;

/// <summary>A block was returned to a pool that it is not of.</summary>
internal sealed class Dmk1009BlockReturnedToWrongPool : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1009";

    /// <inheritdoc/>
    public override string Name => "block-returned-to-wrong-pool";

    /// <inheritdoc/>
    public override string Meaning => "A block was given back to another pool than it was rented from; that was refused, and the block is still out.";

    /// <inheritdoc/>
    public override string Cause => "A driver with a pool for each size or direction returns through one helper that does not know which pool a block is of.";

    /// <inheritdoc/>
    public override string Mend => "Call Block.Dispose, which finds the pool by itself, or keep the pool beside the block.";

    internal override IReadOnlyList<string> Core => ["block-returned-to-wrong-pool"];
}
