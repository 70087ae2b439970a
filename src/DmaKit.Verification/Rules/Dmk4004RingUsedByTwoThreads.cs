namespace DmaKit.Verification;

/// <summary>A continuous transfer was used by two threads at once.</summary>
internal sealed class Dmk4004RingUsedByTwoThreads : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4004";

    /// <inheritdoc/>
    public override string Name => "ring-used-by-two-threads";

    /// <inheritdoc/>
    public override string Meaning => "Two threads wrote to (or read from) one ring at the same time, or a place in it was acquired while another was not committed yet; the second was refused.";

    /// <inheritdoc/>
    public override string Cause => "Every source of sound writes to the ring for itself.";

    /// <inheritdoc/>
    public override string Mend => "Let one thread write: hand the sources to a StreamComposer, which mixes any number of them.";

    internal override IReadOnlyList<string> Core => ["ring-used-by-two-threads"];
}
