namespace DmaKit.Verification;

/// <summary>Two callers waited for one ring.</summary>
internal sealed class Dmk4008RingAwaitedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4008";

    /// <inheritdoc/>
    public override string Name => "ring-awaited-twice";

    /// <inheritdoc/>
    public override string Meaning => "A second caller waited for room, data or a position of a ring for which somebody waits already; it was refused.";

    /// <inheritdoc/>
    public override string Cause => "A wait that was given up by its caller, with Task.WhenAny and no token, is still there when the next one begins.";

    /// <inheritdoc/>
    public override string Mend => "Await one wait at a time, and end one that you give up through its cancellation token.";

    internal override IReadOnlyList<string> Core => ["ring-awaited-twice"];
}
