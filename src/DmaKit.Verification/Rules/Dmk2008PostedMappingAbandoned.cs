namespace DmaKit.Verification;

/// <summary>A mapping was abandoned that the device still has.</summary>
internal sealed class Dmk2008PostedMappingAbandoned : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2008";

    /// <inheritdoc/>
    public override string Name => "posted-mapping-abandoned";

    /// <inheritdoc/>
    public override string Meaning => "A mapping was disposed after the device had been told of it, and before the device was known to be done: its data is lost, and its map registers stay in quarantine until the device is quiet.";

    /// <inheritdoc/>
    public override string Cause => "A using statement or a catch block disposes the mapping while the transfer is still on its way.";

    /// <inheritdoc/>
    public override string Mend => "Wait for the device and Complete, or stop the device and DeclareQuiet before the mapping is given up.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W19", "W33"];

    internal override void OnUnmapped(VerifierBooks books, MappingRecord mapping, long bytes)
    {
        if (bytes >= 0 || !mapping.Mapping.WasPosted || mapping.Mapping.BelongsToCommand || mapping.IsQuiet) return;
        books.Report(this, mapping.Device, $"a mapping of {mapping.Length} bytes at {mapping.Elements[0].Address} was abandoned after the device was told of it.", mapping.Origin);
    }
}
