namespace DmaKit.Verification;

/// <summary>More entries of a ring were committed than were reserved.</summary>
internal sealed class Dmk4001RingCommittedBeyondReserved : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4001";

    /// <inheritdoc/>
    public override string Name => "ring-committed-beyond-reserved";

    /// <inheritdoc/>
    public override string Meaning => "More entries of a ring were committed than Reserve gave: the device would have got entries that nobody filled. The call was refused.";

    /// <inheritdoc/>
    public override string Cause => "Reserve gives what there is before the ring is full or wraps, and the driver commits what it asked for.";

    /// <inheritdoc/>
    public override string Mend => "Take the length of the span that Reserve gave, fill and commit that many, and go on with the rest.";

    internal override IReadOnlyList<string> Core => ["ring-committed-beyond-reserved"];
}
