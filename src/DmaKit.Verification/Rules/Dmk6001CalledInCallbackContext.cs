namespace DmaKit.Verification;

/// <summary>A member that may wait or allocate was called in a handler.</summary>
internal sealed class Dmk6001CalledInCallbackContext : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6001";

    /// <inheritdoc/>
    public override string Name => "called-in-callback-context";

    /// <inheritdoc/>
    public override string Meaning => "Something that may wait, or that allocates common buffers, was called in callback context; that was refused.";

    /// <inheritdoc/>
    public override string Cause => "The handler does the driver's work itself instead of waking who does it.";

    /// <inheritdoc/>
    public override string Mend => "Allocate before the device is started, use the Try members in handlers, and leave the rest to the code that awaits the command or the interrupt.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W21", "W38"];

    internal override IReadOnlyList<string> Core => ["called-in-callback-context"];
}
