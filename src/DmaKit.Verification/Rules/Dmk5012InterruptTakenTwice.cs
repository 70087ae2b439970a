namespace DmaKit.Verification;

/// <summary>An interrupt was taken by two.</summary>
internal sealed class Dmk5012InterruptTakenTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5012";

    /// <inheritdoc/>
    public override string Name => "interrupt-taken-twice";

    /// <inheritdoc/>
    public override string Meaning => "A handler was installed on an interrupt, or it was waited for, while somebody else had it; that was refused.";

    /// <inheritdoc/>
    public override string Cause => "A driver is started twice, or waits for an interrupt that it handles, too.";

    /// <inheritdoc/>
    public override string Mend => "Have one handler or one waiter for each interrupt, and dispose the registration when the driver stops.";

    internal override IReadOnlyList<string> Core => ["interrupt-taken-twice"];
}
