namespace DmaKit.Verification;

/// <summary>Requests waited for each other.</summary>
internal sealed class Dmk6002DeadlockFound : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6002";

    /// <inheritdoc/>
    public override string Name => "deadlock-found";

    /// <inheritdoc/>
    public override string Meaning => "Requests waited in a circle, each for what the others held; the newest was refused what it waited for, or all would have waited for ever.";

    /// <inheritdoc/>
    public override string Cause => "A request holds some map registers, packets or blocks while it waits for more, and so do others.";

    /// <inheritdoc/>
    public override string Mend => "Take everything in one order, take all at once, or keep what every request needs in common buffers, which need no map register.";

    internal override IReadOnlyList<string> Core => ["deadlock-found"];
}
