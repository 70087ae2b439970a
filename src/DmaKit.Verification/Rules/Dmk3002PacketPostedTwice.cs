namespace DmaKit.Verification;

/// <summary>A command packet was posted twice.</summary>
internal sealed class Dmk3002PacketPostedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3002";

    /// <inheritdoc/>
    public override string Name => "packet-posted-twice";

    /// <inheritdoc/>
    public override string Meaning => "A command packet was posted that had been posted or returned already; that was refused, or the device would have had the same packet twice.";

    /// <inheritdoc/>
    public override string Cause => "A retry posts the packet of the first try again.";

    /// <inheritdoc/>
    public override string Mend => "Rent a packet for every try: the first one is not free before the device has let go of it.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W33"];

    internal override IReadOnlyList<string> Core => ["packet-posted-twice"];
}
