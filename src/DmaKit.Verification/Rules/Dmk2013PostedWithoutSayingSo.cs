namespace DmaKit.Verification;

/// <summary>A mapping was given up that the device was told of behind the library's back.</summary>
internal sealed class Dmk2013PostedWithoutSayingSo : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2013";

    /// <inheritdoc/>
    public override string Name => "posted-without-saying-so";

    /// <inheritdoc/>
    public override string Meaning => "An element's address was written to a register without MarkPosted, and then the mapping was abandoned: the library took the memory for untouched and gave it back, while the device may still use it.";

    /// <inheritdoc/>
    public override string Cause => "A driver that writes addresses into registers itself does not call MarkPosted before it starts the device.";

    /// <inheritdoc/>
    public override string Mend => "Call mapping.MarkPosted() before the write that starts the device, so that abandoning the mapping keeps its memory until the device is quiet.";

    internal override void OnTold(VerifierBooks books, FunctionRecord function, DoorbellRecord doorbell)
    {
        if (doorbell.Mapping is { } mapping && mapping.ElementAt(doorbell) >= 0) mapping.ToldBy = doorbell.Text;
    }

    internal override void OnUnmapped(VerifierBooks books, MappingRecord mapping, long bytes)
    {
        if (bytes >= 0 || mapping.ToldBy is not { } told || mapping.Mapping.WasPosted || mapping.Mapping.BelongsToCommand) return;
        books.Report(this, mapping.Device, $"a mapping of {mapping.Length} bytes was abandoned as if the device did not know of it, and {told} was written.", mapping.Origin);
    }
}
