namespace DmaKit.Verification;

/// <summary>Memory that a device fills was touched while it did.</summary>
internal sealed class Dmk2002MappedDataTouchedEarly : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2002";

    /// <inheritdoc/>
    public override string Name => "mapped-data-touched-early";

    /// <inheritdoc/>
    public override string Meaning => "The program wrote to memory while it was mapped from the device. Reads are not named but poisoned: where the bytes are copied anyway, the memory holds 0xCD until the mapping is completed, so that data that was read too early is plainly wrong.";

    /// <inheritdoc/>
    public override string Cause => "The data is cleared, parsed or used for something else before the mapping is completed: after the interrupt, but before Complete.";

    /// <inheritdoc/>
    public override string Mend => "Complete the mapping, or await its command, before the first look at the data; clear buffers before they are mapped.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L24"];

    /// <summary>How much of a mapping is poisoned at most, in bytes.</summary>
    private const int Most = 1 << 20;

    private static readonly Lazy<byte[]> s_poison = new(() =>
    {
        byte[] poison = new byte[Most];
        poison.AsSpan().Fill(Pattern.Mapped);
        return poison;
    });

    internal override void OnMapped(VerifierBooks books, MappingRecord mapping)
    {
        // Where all is copied, a device sees nothing of this memory; what goes both ways has been copied already, but is left alone for those who look.
        if (!books.Options.Checksums || mapping.Direction != DmaDirection.FromDevice || !mapping.IsCopied || mapping.IsShared) return;
        mapping.Hidden = new byte[Math.Min(mapping.Length, Most)];
        mapping.Mapping.ReadProgramMemory(mapping.Hidden);
        mapping.Mapping.WriteProgramMemory(s_poison.Value.AsSpan(0, mapping.Hidden.Length));
    }

    internal override void OnUnmapped(VerifierBooks books, MappingRecord mapping, long bytes)
    {
        if (mapping.Hidden is not { } hidden) return;
        mapping.Hidden = null;
        byte[] now = new byte[hidden.Length];
        mapping.Mapping.ReadProgramMemory(now);
        int first = Pattern.FirstOther(now, Pattern.Mapped);
        if (first >= 0)
        {
            if (!mapping.IsShared)
                books.Report(this, mapping.Device, $"byte {first} of {mapping.Length} was written (0x{now[first]:X2}) while the data was mapped from the device.", mapping.Origin);

            // What the program wrote there stays, as it would without a verifier.
            for (int i = first; i < now.Length; i++)
                if (now[i] != Pattern.Mapped) hidden[i] = now[i];
        }

        mapping.Mapping.WriteProgramMemory(hidden);
    }
}
