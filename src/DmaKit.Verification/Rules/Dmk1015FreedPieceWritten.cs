namespace DmaKit.Verification;

/// <summary>Memory of a heap was written while no piece had it.</summary>
internal sealed class Dmk1015FreedPieceWritten : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1015";

    /// <inheritdoc/>
    public override string Name => "freed-piece-written";

    /// <inheritdoc/>
    public override string Meaning => "Memory of a heap was written after the piece that it was in had been freed, and before another piece took it.";

    /// <inheritdoc/>
    public override string Cause => "A span or reference was kept beyond Free, or a queue was freed before the device was done with it.";

    /// <inheritdoc/>
    public override string Mend => "Free a piece when the device is known to be done with it, and take spans anew from each piece.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Checks => ["W17"];

    private readonly Dictionary<CommonBuffer, FreedGranules> _heaps = new(ReferenceEqualityComparer.Instance);

    internal override void OnReturned(VerifierBooks books, PieceRecord piece)
    {
        if (!books.Options.FillFreed || piece.Owner is not BufferHeap heap || piece.Buffer is not { } buffer) return;
        if (!_heaps.TryGetValue(buffer.Buffer, out FreedGranules? freed)) _heaps[buffer.Buffer] = freed = new FreedGranules(buffer, heap.Granule);
        freed.Fill(piece);
    }

    internal override void OnRented(VerifierBooks books, PieceRecord piece)
    {
        if (piece.Owner is not BufferHeap || piece.Buffer is not { } buffer || !_heaps.TryGetValue(buffer.Buffer, out FreedGranules? freed)) return;
        Look(books, freed, piece.Range);
        freed.Forget(piece);
    }

    internal override void OnFreed(VerifierBooks books, BufferRecord buffer, bool quarantined)
    {
        if (_heaps.Remove(buffer.Buffer, out FreedGranules? freed)) Look(books, freed, buffer.Range);
    }

    internal override void OnCheck(VerifierBooks books)
    {
        foreach (FreedGranules freed in _heaps.Values) Look(books, freed, freed.Buffer.Range);
    }

    private void Look(VerifierBooks books, FreedGranules freed, LogicalRange range)
    {
        if (freed.FirstWritten(range) is not { } at) return;
        PieceRecord? last = books.Pieces.FirstOrDefault(p => !p.IsRented && ReferenceEquals(p.Buffer, freed.Buffer) && p.Range.Contains(at));
        string where = last is null ? $"offset {at - freed.Buffer.Range.Start} of the heap" : $"offset {at - last.Range.Start} of the {last.Range.Length} bytes that were freed at {last.Range.Start}";
        books.Report(this, freed.Buffer.Name, $"memory at {at} was written while no piece had it: {where}.", last?.Origin ?? freed.Buffer.Origin);
    }
}
