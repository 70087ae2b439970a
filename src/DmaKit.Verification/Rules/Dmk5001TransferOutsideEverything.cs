namespace DmaKit.Verification;

/// <summary>A device was refused a transfer by the IOMMU.</summary>
internal sealed class Dmk5001TransferOutsideEverything : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5001";

    /// <inheritdoc/>
    public override string Name => "transfer-outside-every-buffer";

    /// <inheritdoc/>
    public override string Meaning => "The device reached for memory that lies in no live buffer and no live mapping; the IOMMU refused it.";

    /// <inheritdoc/>
    public override string Cause => "A length in a descriptor is greater than the buffer, or an address was put together wrongly.";

    /// <inheritdoc/>
    public override string Mend => "Compare the descriptor that the device was given with the buffer that the report names, and with its distance.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W36"];

    internal override void OnFault(VerifierBooks books, DmaDomain domain, DmaFault fault)
    {
        if (fault.NearestIsFreed || GoesWhereItMay(books, domain, fault)) return;
        BufferRecord? nearest = books.Buffers.FirstOrDefault(b => b.Name == fault.NearestBuffer && b.Buffer.Adapter.Domain == domain);
        books.Report(this, fault.NearestBuffer ?? fault.Device, $"{fault}.", nearest?.Origin, CallSite.None);
    }

    /// <summary>Such a transfer was refused for another reason: bus mastering is off, the device is gone.</summary>
    private static bool GoesWhereItMay(VerifierBooks books, DmaDomain domain, DmaFault fault)
    {
        BufferRecord? buffer = books.BufferAt(domain, fault.Address);
        MappingRecord? mapping = books.MappingAt(domain, fault.Address);
        if (buffer is null && mapping is null) return false;
        LogicalAddress last = fault.Address + Math.Max(0, fault.Length - 1);
        return buffer is not null ? buffer.Range.Contains(last) : books.MappingAt(domain, last) == mapping;
    }
}
