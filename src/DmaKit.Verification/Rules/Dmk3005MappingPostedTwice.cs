namespace DmaKit.Verification;

/// <summary>A mapping was posted with two commands.</summary>
internal sealed class Dmk3005MappingPostedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3005";

    /// <inheritdoc/>
    public override string Name => "mapping-posted-twice";

    /// <inheritdoc/>
    public override string Meaning => "A mapping was posted that another command has already, or that has ended; that was refused, as the first command to complete would have taken the data from under the other.";

    /// <inheritdoc/>
    public override string Cause => "A retry, or a mirror of the same data, uses the elements of the first command's mapping again.";

    /// <inheritdoc/>
    public override string Mend => "Map the data anew for each command.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W27"];

    internal override IReadOnlyList<string> Core => ["mapping-posted-twice"];
}
