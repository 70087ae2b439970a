namespace DmaKit.Verification;

/// <summary>A ring that captures was written, or one that plays was read.</summary>
internal sealed class Dmk4006RingUsedInWrongDirection : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4006";

    /// <inheritdoc/>
    public override string Name => "ring-used-in-wrong-direction";

    /// <inheritdoc/>
    public override string Meaning => "A ring that captures was written, or one that plays was read: its bytes go the other way. The call was refused.";

    /// <inheritdoc/>
    public override string Cause => "One routine serves both directions, or the direction in the options is the program's instead of the device's: ToDevice plays.";

    /// <inheritdoc/>
    public override string Mend => "Look at CyclicTransfer.Direction: Append and AcquireWrite for ToDevice, Read and AcquireRead for FromDevice.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L15", "L16", "L17"];

    internal override IReadOnlyList<string> Core => ["ring-used-in-wrong-direction"];
}
