namespace DmaKit.Verification;

/// <summary>A register was given an address of a freed buffer, or past the end of one.</summary>
internal sealed class Dmk5003DeadAddressHandedOver : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK5003";

    /// <inheritdoc/>
    public override string Name => "dead-address-handed-over";

    /// <inheritdoc/>
    public override string Meaning => "A register was given an address that lies in a freed common buffer, or just past the end of a live one, and in nothing that lives.";

    /// <inheritdoc/>
    public override string Cause => "The buffer was replaced by a bigger one and the register still gets the old one's address, or a ring's index was not wrapped.";

    /// <inheritdoc/>
    public override string Mend => "Take addresses from the buffer each time (LogicalAt checks the offset), and take ring indices modulo their count.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W36"];

    /// <summary>How far past its end a buffer is still thought to be meant.</summary>
    private const ulong Fence = 4096;

    internal override void OnTold(VerifierBooks books, FunctionRecord function, DoorbellRecord doorbell)
    {
        if (!doorbell.IsNobodys) return;

        // A number that merely happens to look like an address must not be taken for one: the very start of a buffer, or a register that takes only addresses.
        bool takes = function.Register(doorbell).TakesAddresses;
        foreach (BufferRecord freed in books.Freed)
        {
            if (freed.Buffer.Adapter.Domain != doorbell.Function.Domain || !doorbell.Hits(freed.Range) || (!takes && (doorbell.Into(freed.Range) != 0 || !doorbell.IsLikeAddress))) continue;
            string when = freed.FreedAt.IsEmpty ? "" : $" at {freed.FreedAt}";
            books.Report(this, freed.Name, $"{doorbell.Text}: that is byte {doorbell.Into(freed.Range)} of '{freed.Name}', which was freed{when}.", freed.Origin);
            return;
        }

        if (!takes) return;
        foreach (BufferRecord live in books.Buffers)
        {
            // One past the end is what some devices take for a limit.
            ulong past = doorbell.Into(live.Range) - (ulong)live.Range.Length;
            if (live.Buffer.Adapter.Domain != doorbell.Function.Domain || past is 0 or >= Fence) continue;
            books.Report(this, live.Name, $"{doorbell.Text}: that is {past} bytes past the end of '{live.Name}'.", live.Origin);
            return;
        }
    }
}
