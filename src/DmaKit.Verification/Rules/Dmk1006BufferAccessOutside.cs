namespace DmaKit.Verification;

/// <summary>An access outside of a common buffer.</summary>
internal sealed class Dmk1006BufferAccessOutside : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1006";

    /// <inheritdoc/>
    public override string Name => "buffer-access-outside";

    /// <inheritdoc/>
    public override string Meaning => "The driver reached for bytes outside of a common buffer; the access was refused.";

    /// <inheritdoc/>
    public override string Cause => "An offset that the device gave, or an index that was not wrapped.";

    /// <inheritdoc/>
    public override string Mend => "Check what comes from the device against the buffer's length, and take ring indices modulo their count.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W28", "W34"];

    internal override IReadOnlyList<string> Core => ["buffer-access-outside"];
}
