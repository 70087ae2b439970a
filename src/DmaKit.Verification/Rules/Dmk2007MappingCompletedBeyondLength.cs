namespace DmaKit.Verification;

/// <summary>A mapping was completed with more bytes than it has.</summary>
internal sealed class Dmk2007MappingCompletedBeyondLength : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2007";

    /// <inheritdoc/>
    public override string Name => "mapping-completed-beyond-length";

    /// <inheritdoc/>
    public override string Meaning => "A mapping was completed with a number of bytes that it does not have; the completion was refused, and the mapping is still alive.";

    /// <inheritdoc/>
    public override string Cause => "The device's own count was passed on unchecked, or counts headers, padding or a residue.";

    /// <inheritdoc/>
    public override string Mend => "Check what the device says against mapping.Length before completing; subtract the residue from the length, and not the other way round.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W01", "W34", "L03", "L14"];

    internal override IReadOnlyList<string> Core => ["mapping-completed-beyond-its-length"];
}
