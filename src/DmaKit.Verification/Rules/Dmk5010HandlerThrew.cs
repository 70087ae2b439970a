namespace DmaKit.Verification;

/// <summary>An exception left an interrupt handler.</summary>
internal sealed class Dmk5010HandlerThrew : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5010";

    /// <inheritdoc/>
    public override string Name => "handler-threw";

    /// <inheritdoc/>
    public override string Meaning => "An exception left an interrupt handler. It was caught, and the interrupt is masked: nothing of the device is heard any more.";

    /// <inheritdoc/>
    public override string Cause => "The handler trusts what the device wrote, as an index or a length, or calls what must not be called there.";

    /// <inheritdoc/>
    public override string Mend => "Check what comes from the device, and leave what can fail to the code that awaits the command.";

    internal override IReadOnlyList<string> Core => ["handler-threw"];
}
