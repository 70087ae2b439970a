namespace DmaKit.Verification;

/// <summary>A buffer chain was changed while it was mapped.</summary>
internal sealed class Dmk2009ChainChangedWhileMapped : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2009";

    /// <inheritdoc/>
    public override string Name => "chain-changed-while-mapped";

    /// <inheritdoc/>
    public override string Meaning => "Fragments were added to a buffer chain, or it was cleared, while a mapping of it was alive: the mapping would copy back to the wrong places, so that was refused.";

    /// <inheritdoc/>
    public override string Cause => "One chain is used again for the next request before the one before is over.";

    /// <inheritdoc/>
    public override string Mend => "Clear and fill the chain after the mapping is completed, or rent a chain for each request: renting costs next to nothing.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W37"];

    internal override IReadOnlyList<string> Core => ["chain-changed-while-mapped"];
}
