namespace DmaKit;

/// <summary>The figures of a <see cref="BlockPool"/> at one moment.</summary>
public readonly record struct BlockPoolStatistics
{
    /// <summary>How many blocks the pool has, retired ones included.</summary>
    public int Capacity { get; init; }

    /// <summary>How many blocks are out.</summary>
    public int Live { get; init; }

    /// <summary>How many free blocks rest in caches of threads. They count as available.</summary>
    public int Cached { get; init; }

    /// <summary>How many blocks were rented so often that their handles could be mistaken; they are not handed out any more.</summary>
    public int Retired { get; init; }

    /// <summary>How many blocks are free.</summary>
    public int Available => Capacity - Live - Retired;

    /// <summary>
    /// The most blocks that were out at once. Exact while one thread rents; with several threads that have caches it may be too high by
    /// what rests in the caches.
    /// </summary>
    public int Peak { get; init; }

    /// <summary>How many blocks were handed out so far.</summary>
    public long Rents { get; init; }

    /// <summary>How many blocks came back so far.</summary>
    public long Returns { get; init; }

    /// <summary>How often a block, or a whole burst, was wanted and could not be had.</summary>
    public long Failures { get; init; }

    /// <summary>How many callers wait for a block.</summary>
    public int Waiters { get; init; }
}
