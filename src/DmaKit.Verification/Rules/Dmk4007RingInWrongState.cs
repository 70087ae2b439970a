namespace DmaKit.Verification;

/// <summary>A ring was started, prepared or drained in a state that does not allow it.</summary>
internal sealed class Dmk4007RingInWrongState : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4007";

    /// <inheritdoc/>
    public override string Name => "ring-in-wrong-state";

    /// <inheritdoc/>
    public override string Meaning => "Prepare, Start or DrainAsync was called in a state that does not allow it, such as Start of a ring that moves.";

    /// <inheritdoc/>
    public override string Cause => "The ring is prepared again after an underrun although it still runs, or two paths start it.";

    /// <inheritdoc/>
    public override string Mend => "Look at CyclicTransfer.State, and stop the ring before it is prepared anew.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W43"];

    internal override IReadOnlyList<string> Core => ["ring-in-wrong-state"];
}
