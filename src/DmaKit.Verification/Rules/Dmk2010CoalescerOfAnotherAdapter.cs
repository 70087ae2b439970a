namespace DmaKit.Verification;

/// <summary>A coalescer of another adapter was given to a mapping.</summary>
internal sealed class Dmk2010CoalescerOfAnotherAdapter : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2010";

    /// <inheritdoc/>
    public override string Name => "coalescer-of-another-adapter";

    /// <inheritdoc/>
    public override string Meaning => "A mapping was to copy its data into blocks of another adapter: the device might not reach them, so that was refused.";

    /// <inheritdoc/>
    public override string Cause => "A driver for two functions, or with two adapters of different reach, keeps one coalescer for both.";

    /// <inheritdoc/>
    public override string Mend => "Make a pool or heap, and a coalescer over it, from the adapter that maps.";

    internal override IReadOnlyList<string> Core => ["coalescer-of-another-adapter"];
}
