namespace DmaKit.Verification;

/// <summary>A register was given an address of this process.</summary>
internal sealed class Dmk5004HostAddressHandedOver : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5004";

    /// <inheritdoc/>
    public override string Name => "host-address-handed-over";

    /// <inheritdoc/>
    public override string Meaning => "A register was given an address of this process's own memory, where the device needs the logical address: it will reach for something else, or for nothing.";

    /// <inheritdoc/>
    public override string Cause => "A pointer to the buffer was written instead of CommonBuffer.LogicalAddress.";

    /// <inheritdoc/>
    public override string Mend => "Write LogicalAddress, or LogicalAt(offset), into registers and descriptors; never a pointer.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W36"];

    internal override void OnTold(VerifierBooks books, FunctionRecord function, DoorbellRecord doorbell)
    {
        if (doorbell.Buffer is not null || doorbell.Mapping is not null) return;
        ulong value = doorbell.Value;
        if (doorbell.Size == 4)
        {
            // Two halves side by side, one right after the other.
            if (function.Last is not { Size: 4 } other || other.Bar != doorbell.Bar || (other.Offset ^ 4) != doorbell.Offset) return;
            value = doorbell.Offset > other.Offset ? (doorbell.Value << 32) | other.Value : (other.Value << 32) | doorbell.Value;
        }

        // Below 4 GiB an address of the process could be anything.
        if (doorbell.Size < 4 || value >> 32 == 0) return;
        foreach (BufferRecord buffer in books.Buffers)
        {
            ulong into = value - (ulong)buffer.Run.Host;
            if (buffer.Run.Length == 0 || into >= (ulong)buffer.Run.Length || buffer.Buffer.Adapter.Domain != doorbell.Function.Domain) continue;
            books.Report(
                this, buffer.Name, $"0x{value:X} was written to register 0x{doorbell.Offset:X} of BAR {doorbell.Bar}: that is byte {into} of '{buffer.Name}' in this process; to the device it is at {buffer.Range.Start + (long)into}.",
                buffer.Origin);
            return;
        }
    }
}
