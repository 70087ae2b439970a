namespace DmaKit.Verification;

/// <summary>Advice: a common buffer is much larger than what was used of it.</summary>
internal sealed class Dmk1020BufferMuchTooLarge : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1020";

    /// <inheritdoc/>
    public override string Name => "buffer-much-too-large";

    /// <inheritdoc/>
    public override string Meaning => "More than half of the pages of a common buffer of sixteen pages or more, at its end, were still as they were handed out when it was disposed: zero. Told with VerifierOptions.Advice only, as nobody can tell a page that was never used from one that was filled with zeros.";

    /// <inheritdoc/>
    public override string Cause => "A count of entries was taken for a count of pages, or a buffer is made for the largest request that there could be.";

    /// <inheritdoc/>
    public override string Mend => "Compare the count in the report with the entries that the device is told of; common buffers are scarce.";

    private const int FewestPages = 16;

    internal override void OnFreed(VerifierBooks books, BufferRecord buffer, bool quarantined)
    {
        // Whoever took pieces of it was not given the end of it; what is longer than a span is not looked through.
        if (!books.Options.Advice || buffer.Memory is null || buffer.Buffer.IsInUse || buffer.Range.Length > int.MaxValue) return;
        int page = buffer.Memory.PageSize;
        Span<byte> bytes = buffer.At(buffer.Range.Start, buffer.Range.Length);
        int pages = (int)((buffer.Range.Length + page - 1) / page);
        if (pages < FewestPages || bytes.IsEmpty || books.Pieces.Any(p => ReferenceEquals(p.Buffer, buffer))) return;
        int used = (bytes.LastIndexOfAnyExcept((byte)0) + page) / page;
        if ((pages - used) * 2 <= pages) return;
        books.Report(this, buffer.Name, $"of its {pages} pages the first {used} were used; the rest, {(long)(pages - used) * page} bytes, was never written.", buffer.Origin);
    }
}
