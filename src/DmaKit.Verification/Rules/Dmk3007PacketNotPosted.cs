using DmaKit.Platforms;

namespace DmaKit.Verification;

/// <summary>A packet's address was written to a register although the packet was not posted.</summary>
internal sealed class Dmk3007PacketNotPosted : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK3007";

    /// <inheritdoc/>
    public override string Name => "packet-not-posted";

    /// <inheritdoc/>
    public override string Meaning => "The address of a command packet was written to a register while the packet was rented and not posted: the pool does not know that the device has it, and gives it to the next caller.";

    /// <inheritdoc/>
    public override string Cause => "The driver rings the doorbell by hand instead of with PostAsync.";

    /// <inheritdoc/>
    public override string Mend => "Post with PostAsync; where the device wants more than an address, give it an ICommandDoorbell.";

    private readonly Dictionary<(PciFunction Function, uint Low), PieceRecord> _prepared = [];

    internal override void OnRented(VerifierBooks books, PieceRecord piece)
    {
        if (IsPacket(piece)) _prepared[KeyOf(piece)] = piece;
    }

    internal override void OnPosted(VerifierBooks books, PacketRecord packet) => _prepared.Remove(KeyOf(packet.Piece));

    internal override void OnReturned(VerifierBooks books, PieceRecord piece)
    {
        if (IsPacket(piece)) _prepared.Remove(KeyOf(piece));
    }

    internal override void OnDoorbell(VerifierBooks books, PciFunction function, int bar, long offset, int size, ulong value)
    {
        if (size < sizeof(uint) || !_prepared.TryGetValue((function, (uint)value), out PieceRecord? piece)) return;

        // Of a register of 64 bits the upper half must be the address's too.
        if (size == sizeof(ulong) && value != piece.Range.Start.Value) return;
        _prepared.Remove(KeyOf(piece));
        books.Report(
            this, piece.OwnerName, $"the packet at {piece.Range.Start} is not posted, and its address was written to register 0x{offset:X} of BAR {bar} of {function.Info.Address}.", piece.Origin);
    }

    private static (PciFunction Function, uint Low) KeyOf(PieceRecord piece) => (piece.Owner.Adapter.Function, piece.Range.Start.LowHalf);

    private static bool IsPacket(PieceRecord piece) => piece.Owner is not (BlockPool or BufferHeap);
}
