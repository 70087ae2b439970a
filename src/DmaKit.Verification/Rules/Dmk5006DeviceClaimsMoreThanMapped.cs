namespace DmaKit.Verification;

/// <summary>A device claims to have transferred more than it was given.</summary>
internal sealed class Dmk5006DeviceClaimsMoreThanMapped : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5006";

    /// <inheritdoc/>
    public override string Name => "device-claims-more-than-mapped";

    /// <inheritdoc/>
    public override string Meaning => "The device says that it transferred more bytes than its command's mapping has. What is mapped is taken, and no more.";

    /// <inheritdoc/>
    public override string Cause => "The device counts headers or padding, was told a greater length than was mapped, or lies.";

    /// <inheritdoc/>
    public override string Mend => "Compare the length in the packet with the mapping's; and never index by a length that a device gave.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W34"];

    /// <inheritdoc/>
    public override bool IsDevices => true;

    internal override IReadOnlyList<string> Core => ["device-claims-more-than-mapped"];
}
