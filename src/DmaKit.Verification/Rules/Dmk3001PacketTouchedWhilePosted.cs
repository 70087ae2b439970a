namespace DmaKit.Verification;

/// <summary>A command packet was used through its handle while it was the device's.</summary>
internal sealed class Dmk3001PacketTouchedWhilePosted : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3001";

    /// <inheritdoc/>
    public override string Name => "packet-touched-while-posted";

    /// <inheritdoc/>
    public override string Meaning => "A command packet was read, written or asked for its tag while it was not its holder's: between posting and completion it is the device's, and after that somebody else's.";

    /// <inheritdoc/>
    public override string Cause => "The packet is finished after the doorbell, such as a flag or a length that was forgotten, or the result is looked for in the packet instead of the outcome.";

    /// <inheritdoc/>
    public override string Mend => "Fill the packet, then post it; take results from the CommandOutcome that PostAsync gives.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L24"];

    internal override IReadOnlyList<string> Core => ["packet-touched-while-not-held"];
}
