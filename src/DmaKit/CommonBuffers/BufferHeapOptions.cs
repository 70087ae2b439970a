namespace DmaKit;

/// <summary>What a <see cref="BufferHeap"/> is like. A value that makes no sense throws when it is set.</summary>
public sealed record BufferHeapOptions
{
    /// <summary>
    /// What every piece's logical address and the memory that it takes are multiples of, in bytes: a power of two, 8 to 4096. 64 keeps pieces of
    /// different owners off each other's cache lines.
    /// </summary>
    public int Granule
    {
        get;
        init => field = value is >= 8 and <= 4096 && int.IsPow2(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Granule), value, $"Granule is {value}; legal: a power of two, 8 to 4096 bytes.");
    } = 64;

    /// <summary>For how many pieces at once room is made at the start. More are legal: then the heap allocates once for twice as many.</summary>
    public int ExpectedPieces
    {
        get;
        init => field = value is >= 1 and <= 1 << 28
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ExpectedPieces), value, $"ExpectedPieces is {value}; legal: 1 to 2^28.");
    } = 1024;

    /// <summary>What the heap's start is a multiple of, in bytes: a power of two. The common buffer is asked for it; a page at least.</summary>
    public long Alignment
    {
        get;
        init => field = value >= 1 && long.IsPow2(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Alignment), value, $"Alignment is {value}; legal: a power of two in bytes.");
    } = 1;

    /// <summary>
    /// Whether freed pieces of up to 64 KiB are kept, 16 of a length and 64 KiB of a length at most, and handed out again as they are: about
    /// twice as fast where lengths come again, for more memory. Lengths are rounded up by a thirty-second at most, and where no piece of a length
    /// is kept, one serves that is an eighth longer at most, or three granules. What is kept merges with its neighbours when nothing else fits, or
    /// by <see cref="BufferHeap.Merge"/>.
    /// </summary>
    public bool FrontCaches { get; init; }

    /// <summary>The heap's name in messages, snapshots and pictures.</summary>
    public string Name
    {
        get;
        init => field = !string.IsNullOrEmpty(value) ? value : throw new ArgumentException("The name is empty; legal: any text.", nameof(Name));
    } = "heap";

    /// <summary>Where the generations of handles start: tests start near the wrap.</summary>
    internal uint FirstGeneration { get; init; } = 1;
}
