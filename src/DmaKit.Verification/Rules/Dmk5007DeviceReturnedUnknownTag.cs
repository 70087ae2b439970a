namespace DmaKit.Verification;

/// <summary>A device gave back a tag that names no packet.</summary>
internal sealed class Dmk5007DeviceReturnedUnknownTag : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5007";

    /// <inheritdoc/>
    public override string Name => "device-returned-unknown-tag";

    /// <inheritdoc/>
    public override string Meaning => "The device gave back a tag that none of the pool's packets has. It is ignored, and the command that was meant stays at the device.";

    /// <inheritdoc/>
    public override string Cause => "The tag was not written into the packet, was cut to fewer bits on its way, or the driver reads the wrong word of the reply.";

    /// <inheritdoc/>
    public override string Mend => "Write command.Tag.Wire where the device takes its context, and set TagBits to the width that it keeps.";

    /// <inheritdoc/>
    public override bool IsDevices => true;

    internal override IReadOnlyList<string> Core => ["device-returned-unknown-tag"];
}
