namespace DmaKit.Verification;

/// <summary>A heap was disposed while pieces were out.</summary>
internal sealed class Dmk6005HeapDisposedWhilePiecesOut : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6005";

    /// <inheritdoc/>
    public override string Name => "heap-disposed-while-pieces-out";

    /// <inheritdoc/>
    public override string Meaning => "A buffer heap was disposed while pieces of it were out: its memory is in quarantine, and handles to it are dead.";

    /// <inheritdoc/>
    public override string Cause => "A piece was allocated for a single message and never freed.";

    /// <inheritdoc/>
    public override string Mend => "Free each piece where its message is answered; the heap's picture shows who holds what, if pieces are named.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W42"];

    internal override IReadOnlyList<string> Core => ["heap-disposed-while-pieces-out"];
}
