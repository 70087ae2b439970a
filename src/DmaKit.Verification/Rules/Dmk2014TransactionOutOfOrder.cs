namespace DmaKit.Verification;

/// <summary>A transaction's calls came in the wrong order.</summary>
internal sealed class Dmk2014TransactionOutOfOrder : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2014";

    /// <inheritdoc/>
    public override string Name => "transaction-out-of-order";

    /// <inheritdoc/>
    public override string Meaning => "A DMA transaction was used in a state that the call does not fit: staged before the stage before was complete, or begun anew before its end.";

    /// <inheritdoc/>
    public override string Cause => "An error path begins the next request without ending the one before, or completes a stage twice.";

    /// <inheritdoc/>
    public override string Mend => "Begin, then StageAsync and Complete by turns until Complete returns true; end a transfer that fails with CompleteFinal or Dispose.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W43"];

    internal override IReadOnlyList<string> Core => ["transaction-out-of-order"];
}
