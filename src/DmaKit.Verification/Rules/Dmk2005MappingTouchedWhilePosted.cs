namespace DmaKit.Verification;

/// <summary>A mapping was used while a command had it.</summary>
internal sealed class Dmk2005MappingTouchedWhilePosted : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2005";

    /// <inheritdoc/>
    public override string Name => "mapping-touched-while-posted";

    /// <inheritdoc/>
    public override string Meaning => "A mapping was completed, or its elements asked for, after it had been posted with a command: from then on it is the command's, which completes it when the device is done.";

    /// <inheritdoc/>
    public override string Cause => "A driver that completed its mappings itself went over to a command pool, and still does.";

    /// <inheritdoc/>
    public override string Mend => "Await the command: its outcome says how many bytes came, and the data is the program's again.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W33"];

    internal override IReadOnlyList<string> Core => ["mapping-touched-while-posted"];
}
