namespace DmaKit.Verification;

/// <summary>The device was told of a mapping that had ended.</summary>
internal sealed class Dmk2015EndedMappingHandedOver : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK2015";

    /// <inheritdoc/>
    public override string Name => "ended-mapping-handed-over";

    /// <inheritdoc/>
    public override string Meaning => "A register was given the address of a mapping that had ended: the device will read or write memory that is nobody's, or somebody else's.";

    /// <inheritdoc/>
    public override string Cause => "The address was kept in a descriptor or a variable, and used for a retry or for the next transfer.";

    /// <inheritdoc/>
    public override string Mend => "Map again for each transfer, and take the addresses from the mapping that is alive.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W36"];

    internal override void OnTold(VerifierBooks books, FunctionRecord function, DoorbellRecord doorbell)
    {
        if (!doorbell.IsNobodys || !(doorbell.IsLikeAddress || function.Register(doorbell).TakesAddresses)) return;
        foreach (BufferRecord buffer in books.Freed)
            if (doorbell.Hits(buffer.Range) && buffer.Buffer.Adapter.Domain == doorbell.Function.Domain) return;
        foreach (MappingRecord ended in books.Ended)
        {
            if (ended.Adapter.Domain != doorbell.Function.Domain || ended.ElementAt(doorbell) is not (>= 0 and var element)) continue;
            books.Report(
                this, ended.Device, $"{doorbell.Text}: that is element {element} of a mapping of {ended.Length} bytes that has ended.", ended.Origin);
            return;
        }
    }
}
