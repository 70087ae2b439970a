namespace DmaKit.Verification;

/// <summary>A block cache was used by two threads at once.</summary>
internal sealed class Dmk1019CacheUsedByTwoThreads : VerifierRule
{
    /// <inheritdoc/>
    public override string Id => "DMK1019";

    /// <inheritdoc/>
    public override string Name => "cache-used-by-two-threads";

    /// <inheritdoc/>
    public override string Meaning => "Two threads used one cache of a block pool at the same time: a cache belongs to one thread at a time, and its free blocks can be handed out twice. Seen by builds of the core with debugging only.";

    /// <inheritdoc/>
    public override string Cause => "A cache was made for a thread that sends, and the interrupt handler returns blocks to it.";

    /// <inheritdoc/>
    public override string Mend => "Return to the pool from other threads (BlockPool.Return, Block.Dispose), or give each thread a cache of its own.";

    internal override IReadOnlyList<string> Core => ["cache-used-by-two-threads"];
}
