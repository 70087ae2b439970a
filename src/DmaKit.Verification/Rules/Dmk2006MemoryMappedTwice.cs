namespace DmaKit.Verification;

/// <summary>The same memory is mapped twice at once.</summary>
internal sealed class Dmk2006MemoryMappedTwice : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2006";

    /// <inheritdoc/>
    public override string Name => "memory-mapped-twice";

    /// <inheritdoc/>
    public override string Meaning => "The same bytes of the program's memory are in two mappings at once, and a device fills them through one at least: what stands there afterwards is chance. To the device twice is fine.";

    /// <inheritdoc/>
    public override string Cause => "Two requests share a buffer, or a request is started again while its first try is still mapped.";

    /// <inheritdoc/>
    public override string Mend => "Give each request memory of its own, and complete a mapping before its memory is mapped again.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W27", "L21"];

    internal override void OnMapped(VerifierBooks books, MappingRecord mapping)
    {
        if (mapping.SharedWith is not { } other) return;
        books.Report(
            this, mapping.Device, $"{mapping.Length} bytes were mapped ({mapping.Direction}) that overlap {other.Length} bytes that {other.Device} still has ({other.Direction}), mapped {Place(other.Origin)}.",
            mapping.Origin);
    }

    private static string Place(CallSite site) => site.IsEmpty ? "before" : $"at {site}";
}
