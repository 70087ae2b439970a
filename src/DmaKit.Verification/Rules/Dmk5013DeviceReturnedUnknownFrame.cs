namespace DmaKit.Verification;

/// <summary>A device handed back a frame that is none of the driver's.</summary>
internal sealed class Dmk5013DeviceReturnedUnknownFrame : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5013";

    /// <inheritdoc/>
    public override string Name => "device-returned-unknown-frame";

    /// <inheritdoc/>
    public override string Meaning => "The device handed back the address of a frame where no frame of the driver's is. It was ignored; nothing was read there.";

    /// <inheritdoc/>
    public override string Cause => "The device was given a frame's address cut to too few bits, was not reset before, or lies.";

    /// <inheritdoc/>
    public override string Mend => "Reset the device before frames are given to it, and look up what it hands back among the frames before it is read.";

    /// <inheritdoc/>
    public override bool IsDevices => true;

    internal override IReadOnlyList<string> Core => ["device-returned-unknown-frame"];
}
