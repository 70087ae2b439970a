namespace DmaKit.Verification;

/// <summary>More map registers were asked for than there can be.</summary>
internal sealed class Dmk6010MoreRegistersThanThereAre : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK6010";

    /// <inheritdoc/>
    public override string Name => "more-registers-than-there-are";

    /// <inheritdoc/>
    public override string Meaning => "More map registers were to be reserved than are in the adapter's reach, or than lie in one run where the device takes one element: they can never be had.";

    /// <inheritdoc/>
    public override string Cause => "The number was worked out from the longest request, or made for a machine that has more.";

    /// <inheritdoc/>
    public override string Mend => "Reserve for what is in flight at once, and send longer requests in stages (CreateTransaction).";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W02", "W13", "W22"];

    internal override IReadOnlyList<string> Core => ["more-registers-than-there-are"];
}
