namespace DmaKit.Verification;

/// <summary>A device gave back a command after its caller had given up.</summary>
internal sealed class Dmk5009DeviceCompletedLate : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5009";

    /// <inheritdoc/>
    public override string Name => "device-completed-late";

    /// <inheritdoc/>
    public override string Meaning => "A command came back after its time was over or its caller had gone. No harm was done: until then its packet and memory were kept for the device.";

    /// <inheritdoc/>
    public override string Cause => "The time-out is shorter than what the device needs at worst, or a reset that should have ended the command did not.";

    /// <inheritdoc/>
    public override string Mend => "Give the command more time, or have the supervisor abort it, so that the device lets go of it soon.";

    /// <inheritdoc/>
    public override bool IsDevices => true;

    internal override IReadOnlyList<string> Core => ["device-completed-late"];
}
