namespace DmaKit.Verification;

/// <summary>The driver's Poll threw on the timer's thread.</summary>
internal sealed class Dmk4010RingPollFailed : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK4010";

    /// <inheritdoc/>
    public override string Name => "ring-poll-failed";

    /// <inheritdoc/>
    public override string Meaning => "ICyclicDevice.Poll threw when the timer asked for the device's position: the ring is polled no more, and from then on only interrupts tell where the device is. Not told where the device is gone.";

    /// <inheritdoc/>
    public override string Cause => "Poll does more than read and report: it waits, allocates, or throws because a position makes no sense.";

    /// <inheritdoc/>
    public override string Mend => "Let Poll read the position, report what makes sense, and leave the rest for the next time.";

    internal override IReadOnlyList<string> Core => ["ring-poll-failed"];

    internal override bool Means(MisuseReport misuse) => misuse.Cause is not DeviceLostException;
}
