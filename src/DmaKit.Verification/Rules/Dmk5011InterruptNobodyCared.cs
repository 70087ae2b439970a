namespace DmaKit.Verification;

/// <summary>A line interrupt was never quieted.</summary>
internal sealed class Dmk5011InterruptNobodyCared : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5011";

    /// <inheritdoc/>
    public override string Name => "interrupt-nobody-cared";

    /// <inheritdoc/>
    public override string Meaning => "An interrupt line stayed high while every handler on it said that it was not its own; the line was masked, since the machine would do nothing else any more.";

    /// <inheritdoc/>
    public override string Cause => "The handler looks at the wrong status bit, or returns false for a cause that its device has raised.";

    /// <inheritdoc/>
    public override string Mend => "Read the status, acknowledge each cause that the device raises, and return true if there was one.";

    internal override IReadOnlyList<string> Core => ["interrupt-nobody-cared"];
}
