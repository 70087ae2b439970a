namespace DmaKit.Verification;

/// <summary>A place in a ring was committed that was not acquired.</summary>
internal sealed class Dmk4005RingCommittedWithoutAcquire : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4005";

    /// <inheritdoc/>
    public override string Name => "ring-committed-without-acquire";

    /// <inheritdoc/>
    public override string Meaning => "CommitWrite or CommitRead was called without an acquired place: nothing was handed over.";

    /// <inheritdoc/>
    public override string Cause => "A place is committed by the path that fills it and once more by the one that called it, or the acquire is skipped when there is little room.";

    /// <inheritdoc/>
    public override string Mend => "Pair each AcquireWrite with one CommitWrite, with 0 when nothing was filled.";

    internal override IReadOnlyList<string> Core => ["ring-committed-without-acquire"];
}
