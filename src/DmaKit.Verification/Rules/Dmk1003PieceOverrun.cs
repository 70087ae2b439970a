namespace DmaKit.Verification;

/// <summary>The bytes behind a block or a piece of a heap were written.</summary>
internal sealed class Dmk1003PieceOverrun : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1003";

    /// <inheritdoc/>
    public override string Name => "piece-overrun";

    /// <inheritdoc/>
    public override string Meaning => "Bytes behind a block of a pool or a piece of a heap were written, between its end and the start of the next: by its device, since the driver's own accesses are checked.";

    /// <inheritdoc/>
    public override string Cause => "The device was told a length that was rounded up to a cache line or a dword, or the length of the largest frame instead of the block's.";

    /// <inheritdoc/>
    public override string Mend => "Give the device Block.Length or HeapPiece.Length, and make the blocks as long as what the device writes at most, its checksum and padding included.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W18"];

    internal override void OnRented(VerifierBooks books, PieceRecord piece) => piece.Gap.Fill(Pattern.Guard);

    internal override void OnReturned(VerifierBooks books, PieceRecord piece) => Look(books, piece);

    internal override void OnFreed(VerifierBooks books, BufferRecord buffer, bool quarantined)
    {
        foreach (PieceRecord piece in books.Pieces)
            if (ReferenceEquals(piece.Buffer, buffer)) Look(books, piece);
    }

    internal override void OnCheck(VerifierBooks books)
    {
        foreach (PieceRecord piece in books.Pieces) Look(books, piece);
    }

    private void Look(VerifierBooks books, PieceRecord piece)
    {
        Span<byte> gap = piece.IsRented ? piece.Gap : [];
        int first = Pattern.FirstOther(gap, Pattern.Guard);
        if (first < 0) return;
        books.Report(
            this, piece.OwnerName,
            $"{Pattern.CountOther(gap, Pattern.Guard)} bytes behind the {piece.Range.Length} bytes at {piece.Range.Start} were written, the first {first} bytes past their end.", piece.Origin);
        gap.Fill(Pattern.Guard);
    }
}
