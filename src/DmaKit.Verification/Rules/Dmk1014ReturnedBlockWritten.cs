namespace DmaKit.Verification;

/// <summary>A block was written after it had been returned.</summary>
internal sealed class Dmk1014ReturnedBlockWritten : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1014";

    /// <inheritdoc/>
    public override string Name => "returned-block-written";

    /// <inheritdoc/>
    public override string Meaning => "The memory of a block was written while the block was free: between its return and its next rent it is nobody's.";

    /// <inheritdoc/>
    public override string Cause => "A span or reference was kept beyond Return, or the block was returned before the device was done with it.";

    /// <inheritdoc/>
    public override string Mend => "Return a block when the device has handed it back, and take spans anew from each block that is rented.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W17"];

    internal override void OnReturned(VerifierBooks books, PieceRecord piece)
    {
        // What packets hold between two commands is their device's affair; blocks are promised to nobody.
        if (!books.Options.FillFreed || piece.Owner is not BlockPool) return;
        piece.Bytes.Fill(Pattern.Freed);
        piece.IsFilled = true;
    }

    internal override void OnRented(VerifierBooks books, PieceRecord piece)
    {
        Look(books, piece);
        piece.IsFilled = false;
    }

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
        ReadOnlySpan<byte> bytes = piece.IsFilled ? piece.Bytes : [];
        int first = Pattern.FirstOther(bytes, Pattern.Freed);
        if (first < 0) return;
        piece.IsFilled = false;
        books.Report(
            this, piece.OwnerName,
            $"{Pattern.CountOther(bytes, Pattern.Freed)} bytes of the block at {piece.Range.Start} were written after it had been returned, the first at offset {first} of {piece.Range.Length}.", piece.Origin);
    }
}
