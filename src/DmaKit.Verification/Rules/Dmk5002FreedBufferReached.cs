namespace DmaKit.Verification;

/// <summary>A device reached for a freed common buffer.</summary>
internal sealed class Dmk5002FreedBufferReached : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5002";

    /// <inheritdoc/>
    public override string Name => "freed-buffer-reached";

    /// <inheritdoc/>
    public override string Meaning => "The device reached for memory of a common buffer that had been freed; the IOMMU refused it. Without one, the device would have written to whatever is there now.";

    /// <inheritdoc/>
    public override string Cause => "The buffer was disposed while the device still ran, or its address was left in a register or a descriptor.";

    /// <inheritdoc/>
    public override string Mend => "Stop the device and wait until it has stopped, take the buffer's address out of its registers and rings, then dispose the buffer.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W36"];

    internal override void OnFault(VerifierBooks books, DmaDomain domain, DmaFault fault)
    {
        if (!fault.NearestIsFreed) return;
        BufferRecord? freed = books.Freed.FirstOrDefault(b => b.Buffer.Adapter.Domain == domain && b.Range.Contains(fault.Address));
        string when = freed is { FreedAt.IsEmpty: false } ? $" at {freed.FreedAt}" : "";
        books.Report(this, fault.NearestBuffer ?? fault.Device, $"{fault}{when}.", freed?.Origin, CallSite.None);
    }
}
