namespace DmaKit.Verification;

/// <summary>Mappings were alive when their adapter was closed.</summary>
internal sealed class Dmk2012MappingNeverCompleted : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2012";

    /// <inheritdoc/>
    public override string Name => "mapping-never-completed";

    /// <inheritdoc/>
    public override string Meaning => "Mappings were still alive when their adapter was closed: their map registers were never given back, and their data never copied.";

    /// <inheritdoc/>
    public override string Cause => "A path that ends early, an error or a cancellation, forgets the mapping; a driver that runs for a day runs out of registers that way.";

    /// <inheritdoc/>
    public override string Mend => "Complete or dispose every mapping: a using statement is enough, since it does nothing to a mapping that was completed.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W09", "W10", "W11", "L23"];

    internal override void OnClosing(VerifierBooks books, DmaAdapter adapter)
    {
        MappingRecord? example = null;
        int count = 0;
        long bytes = 0;
        foreach (MappingRecord mapping in books.Mappings)
        {
            if (mapping.Adapter != adapter || mapping.Mapping.BelongsToCommand) continue;
            example ??= mapping;
            count++;
            bytes += mapping.Length;
        }

        if (example is not null)
            books.Report(this, example.Device, $"{count} mapping(s) of {bytes} bytes in all were alive when the adapter was closed, such as one {example.Direction} of {example.Length} bytes.", example.Origin);
    }
}
