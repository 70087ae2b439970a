namespace DmaKit.Verification;

/// <summary>What is known of a piece of a pool or heap, or of a command packet: rented, or given back.</summary>
internal sealed record PieceRecord(IPieceOwner Owner, string OwnerName, LogicalRange Range, BufferRecord? Buffer)
{
    /// <summary>Where it was taken last.</summary>
    public CallSite Origin { get; set; } = CallSite.None;

    public bool IsRented { get; set; }

    /// <summary>Whether it was filled with a pattern when it was given back, and nobody has taken it since.</summary>
    public bool IsFilled { get; set; }

    /// <summary>Its bytes; none where its memory is not known.</summary>
    public Span<byte> Bytes => Buffer is null ? [] : Buffer.At(Range.Start, Range.Length);

    /// <summary>Its bytes, and those behind it that are nobody's.</summary>
    public Span<byte> Taken => Buffer is null ? [] : Buffer.At(Range.Start, Owner.TakenBy(Range.Length));

    /// <summary>The bytes behind it that are nobody's.</summary>
    public Span<byte> Gap => Buffer is null ? [] : Buffer.At(Range.Start + Range.Length, Owner.TakenBy(Range.Length) - Range.Length);
}
