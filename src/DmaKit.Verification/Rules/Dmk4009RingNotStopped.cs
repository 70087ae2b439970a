namespace DmaKit.Verification;

/// <summary>A ring was disposed, and its device could not be stopped.</summary>
internal sealed class Dmk4009RingNotStopped : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4009";

    /// <inheritdoc/>
    public override string Name => "ring-not-stopped";

    /// <inheritdoc/>
    public override string Meaning => "The driver's Stop threw while a ring was disposed: the device may still go round the ring, whose memory stays in quarantine. Not told where the device is gone.";

    /// <inheritdoc/>
    public override string Cause => "Stop does what is not allowed where it runs, such as waiting in callback context, or it refuses because of a state of the driver's own.";

    /// <inheritdoc/>
    public override string Mend => "Let ICyclicDevice.Stop write the stop bit whatever state the driver thinks it is in, and wait for nothing.";

    internal override IReadOnlyList<string> Core => ["ring-not-stopped"];

    internal override bool Means(MisuseReport misuse) => misuse.Cause is not DeviceLostException;
}
