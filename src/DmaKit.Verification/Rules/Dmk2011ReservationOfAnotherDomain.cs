namespace DmaKit.Verification;

/// <summary>Reserved registers of another domain were named for a mapping.</summary>
internal sealed class Dmk2011ReservationOfAnotherDomain : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2011";

    /// <inheritdoc/>
    public override string Name => "reservation-of-another-domain";

    /// <inheritdoc/>
    public override string Meaning => "A mapping named reserved map registers of another domain: they lead nowhere in its own, so that was refused.";

    /// <inheritdoc/>
    public override string Cause => "Two functions that share a driver are taken to share an address space, which is so only without an IOMMU, or in one group.";

    /// <inheritdoc/>
    public override string Mend => "Reserve registers for each adapter in its own domain.";

    internal override IReadOnlyList<string> Core => ["reservation-of-another-domain"];
}
