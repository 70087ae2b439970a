namespace DmaKit.Verification;

/// <summary>A mapping was used after its end.</summary>
internal sealed class Dmk2004MappingUsedAfterEnd : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2004";

    /// <inheritdoc/>
    public override string Name => "mapping-used-after-end";

    /// <inheritdoc/>
    public override string Meaning => "The elements, or another member, of a mapping were asked for after it had ended: its addresses are nobody's, or somebody else's.";

    /// <inheritdoc/>
    public override string Cause => "A descriptor is filled again, for a retry, from the mapping of the transfer before.";

    /// <inheritdoc/>
    public override string Mend => "Map the data again for each transfer, and copy what is needed for reports before Complete.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W23", "L13"];

    internal override IReadOnlyList<string> Core => ["mapping-used-after-end"];
}
