namespace DmaKit.Verification;

/// <summary>Entries of a ring were filled, and the device was never told.</summary>
internal sealed class Dmk4002RingEntriesNeverPublished : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4002";

    /// <inheritdoc/>
    public override string Name => "ring-entries-never-published";

    /// <inheritdoc/>
    public override string Meaning => "Entries were written into a submission ring, and the ring was disposed without the device having been told of them: nothing was ever published, or the ring was found full and nothing was published since.";

    /// <inheritdoc/>
    public override string Cause => "The doorbell is rung by the path that finds the ring empty, or the driver waits for completions of entries that it did not publish.";

    /// <inheritdoc/>
    public override string Mend => "Call RingDoorbell, or Publish where the doorbell lies in memory, after the last TryWrite or Commit of a batch, and always before waiting.";

    internal override IReadOnlyList<string> Core => ["ring-entries-never-published"];
}
