namespace DmaKit.Verification;

/// <summary>An access outside of a block.</summary>
internal sealed class Dmk1016BlockAccessOutside : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1016";

    /// <inheritdoc/>
    public override string Name => "block-access-outside";

    /// <inheritdoc/>
    public override string Meaning => "The driver reached for bytes outside of a block; the access was refused, where without the check it would have met the neighbour's data.";

    /// <inheritdoc/>
    public override string Cause => "An offset or a length that the device wrote was used as it came, or the pool was made for shorter frames than the protocol has.";

    /// <inheritdoc/>
    public override string Mend => "Check what comes from the device against Block.Length before it is used.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W28", "W34"];

    internal override IReadOnlyList<string> Core => ["block-access-outside"];
}
