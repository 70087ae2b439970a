namespace DmaKit;

/// <summary>The figures of a <see cref="BufferHeap"/> at one moment. Lengths are in bytes.</summary>
public readonly record struct BufferHeapStatistics
{
    /// <summary>The length of the heap.</summary>
    public long Capacity { get; init; }

    /// <summary>What live pieces asked for.</summary>
    public long LiveBytes { get; init; }

    /// <summary>What live pieces take, rounded up to granules.</summary>
    public long TakenBytes => Capacity - FreeBytes;

    /// <summary>What no piece takes.</summary>
    public long FreeBytes { get; init; }

    /// <summary>The most <see cref="LiveBytes"/> so far.</summary>
    public long PeakBytes { get; init; }

    /// <summary>How many pieces are live.</summary>
    public int LivePieces { get; init; }

    /// <summary>The most pieces that were live at once.</summary>
    public int PeakPieces { get; init; }

    /// <summary>How many pieces were allocated so far.</summary>
    public long Allocations { get; init; }

    /// <summary>How many pieces were freed so far.</summary>
    public long Frees { get; init; }

    /// <summary>How often a piece did not fit.</summary>
    public long Failures { get; init; }

    /// <summary>The longest run without a piece, front caches left out.</summary>
    public long LargestFreeRun { get; init; }

    /// <summary>How many runs without a piece there are.</summary>
    public int FreeRuns { get; init; }

    /// <summary>How many freed pieces rest in front caches; each is one of the runs that are free.</summary>
    public int KeptPieces { get; init; }

    /// <summary>How many nodes serve no piece any more, because their generations are used up.</summary>
    public int RetiredNodes { get; init; }

    /// <summary>0 when all that is free lies in one run, towards 1 the more it is scattered: 1 - <see cref="LargestFreeRun"/> / <see cref="FreeBytes"/>.</summary>
    public double Fragmentation => FreeBytes == 0 ? 0 : 1 - ((double)LargestFreeRun / FreeBytes);
}
