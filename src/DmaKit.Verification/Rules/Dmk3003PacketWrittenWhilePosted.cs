namespace DmaKit.Verification;

/// <summary>A command packet that the device only reads was changed while the device had it.</summary>
internal sealed class Dmk3003PacketWrittenWhilePosted : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3003";

    /// <inheritdoc/>
    public override string Name => "packet-written-while-posted";

    /// <inheritdoc/>
    public override string Meaning => "The bytes of a packet changed between posting and completion, although its device only reads them (CommandPoolOptions.DeviceOnlyReads): the device saw the old bytes or the new, as it happened.";

    /// <inheritdoc/>
    public override string Cause => "A span of the trailing bytes was kept beyond PostAsync, or another part of the driver writes past its end into the packet.";

    /// <inheritdoc/>
    public override string Mend => "Write all of it before PostAsync, and do not keep Command.Trailing. Where the device does answer in the packet, leave DeviceOnlyReads off.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["L24"];

    internal override void OnPosted(VerifierBooks books, PacketRecord packet)
    {
        if (books.Options.Checksums && packet.Piece.Owner.DeviceOnlyReads) packet.Before = packet.Piece.Bytes.ToArray();
    }

    internal override void OnCompleted(VerifierBooks books, PacketRecord packet, CommandStatus status)
    {
        if (packet.Before is not { } before) return;
        ReadOnlySpan<byte> now = packet.Piece.Bytes;
        int same = now.CommonPrefixLength(before);
        if (now.Length != before.Length || same == before.Length) return;
        books.Report(
            this, packet.Piece.OwnerName,
            $"byte {same} of {before.Length} of the packet of {packet.Tag} at {packet.Piece.Range.Start} changed from 0x{before[same]:X2} to 0x{now[same]:X2} while the device had it.", packet.PostedAt);
    }
}
