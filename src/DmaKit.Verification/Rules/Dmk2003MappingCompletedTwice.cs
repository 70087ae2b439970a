namespace DmaKit.Verification;

/// <summary>A mapping was completed twice.</summary>
internal sealed class Dmk2003MappingCompletedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2003";

    /// <inheritdoc/>
    public override string Name => "mapping-completed-twice";

    /// <inheritdoc/>
    public override string Meaning => "A mapping was completed although it had ended: the second completion would give back map registers that are somebody else's by now, so it was refused.";

    /// <inheritdoc/>
    public override string Cause => "The handler and the time-out both complete it, or a copy of the handle was kept beside the one that was completed.";

    /// <inheritdoc/>
    public override string Mend => "Let one place complete a mapping, and take it out of the driver's table (Interlocked.Exchange) before completing it.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W05", "W06", "W07", "W30", "L02"];

    internal override IReadOnlyList<string> Core => ["mapping-completed-twice"];
}
