namespace DmaKit.Verification;

/// <summary>Data on its way to the device was changed while it was mapped.</summary>
internal sealed class Dmk2001DataWrittenWhileMapped : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2001";

    /// <inheritdoc/>
    public override string Name => "data-written-while-mapped";

    /// <inheritdoc/>
    public override string Meaning => "The program wrote to data that was mapped to the device: the change reaches the device or not, as it happens.";

    /// <inheritdoc/>
    public override string Cause => "A buffer is used for the next request before the command that has it is over.";

    /// <inheritdoc/>
    public override string Mend => "Await the command before the buffer is filled again, or use as many buffers as there are commands in flight.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L24"];

    internal override void OnMapped(VerifierBooks books, MappingRecord mapping)
    {
        if (!books.Options.Checksums || mapping.Direction != DmaDirection.ToDevice) return;
        mapping.Before = new byte[Math.Min(mapping.Length, Array.MaxLength)];
        mapping.Mapping.ReadProgramMemory(mapping.Before);
    }

    internal override void OnUnmapped(VerifierBooks books, MappingRecord mapping, long bytes)
    {
        if (mapping.Before is not { } before || mapping.IsShared || mapping.Direction != DmaDirection.ToDevice) return;
        byte[] now = new byte[before.Length];
        mapping.Mapping.ReadProgramMemory(now);
        int same = before.AsSpan().CommonPrefixLength(now);
        if (same < before.Length) books.Report(this, mapping.Device, $"byte {same} of {mapping.Length} changed from 0x{before[same]:X2} to 0x{now[same]:X2} between mapping and completion.", mapping.Origin);
    }
}
