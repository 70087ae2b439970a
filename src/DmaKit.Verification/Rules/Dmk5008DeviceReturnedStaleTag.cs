namespace DmaKit.Verification;

/// <summary>A device gave back a tag twice, or one that was never posted.</summary>
internal sealed class Dmk5008DeviceReturnedStaleTag : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5008";

    /// <inheritdoc/>
    public override string Name => "device-returned-stale-tag";

    /// <inheritdoc/>
    public override string Meaning => "The device gave back a tag that it had given back before, or that was never posted. It is ignored: the packet may be another command's by now.";

    /// <inheritdoc/>
    public override string Cause => "The driver reads a reply twice, because it moves its index on before the device has moved its own; or the device answers twice.";

    /// <inheritdoc/>
    public override string Mend => "Take each reply once: turn its phase or owner bit, or read the reply register once, before the next one is looked at.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W07"];

    /// <inheritdoc/>
    public override bool IsDevices => true;

    internal override IReadOnlyList<string> Core => ["device-returned-stale-tag"];
}
