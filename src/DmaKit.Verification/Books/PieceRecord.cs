namespace DmaKit.Verification;

/// <summary>What is known of a piece of a pool or heap, or of a command packet: rented, or given back.</summary>
internal sealed record PieceRecord(object Owner, string OwnerName, LogicalRange Range, BufferRecord? Buffer)
{
    /// <summary>Where it was taken last.</summary>
    public CallSite Origin { get; set; } = CallSite.None;

    public bool IsRented { get; set; }

    /// <summary>Its bytes.</summary>
    public Span<byte> Bytes => Buffer!.Buffer.Span(Range.Start - Buffer.Range.Start, (int)Range.Length);
}
