namespace DmaKit.Verification;

/// <summary>A transaction was disposed while its next stage waited.</summary>
internal sealed class Dmk6008TransactionDisposedWhileStaging : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6008";

    /// <inheritdoc/>
    public override string Name => "transaction-disposed-while-staging";

    /// <inheritdoc/>
    public override string Meaning => "A transaction was disposed while its next stage waited for map registers: what that wait gets is never given back.";

    /// <inheritdoc/>
    public override string Cause => "The driver stops by disposing what it has, without ending the waits first.";

    /// <inheritdoc/>
    public override string Mend => "Cancel the token that StageAsync was given, await it, then dispose the transaction.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W43"];

    internal override IReadOnlyList<string> Core => ["transaction-disposed-while-staging"];
}
