namespace DmaKit.Verification;

/// <summary>Reserved map registers were given back while mappings had them.</summary>
internal sealed class Dmk6006ReservationDisposedWhileInUse : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6006";

    /// <inheritdoc/>
    public override string Name => "reservation-disposed-while-in-use";

    /// <inheritdoc/>
    public override string Meaning => "A reservation of map registers was disposed while mappings still held some of them: none goes back before the last mapping has ended.";

    /// <inheritdoc/>
    public override string Cause => "The reservation is bound to a using statement that ends before the transfers that use it.";

    /// <inheritdoc/>
    public override string Mend => "Complete the mappings first, or keep the reservation as long as the driver runs.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W10", "W19"];

    internal override IReadOnlyList<string> Core => ["reservation-disposed-while-in-use"];
}
