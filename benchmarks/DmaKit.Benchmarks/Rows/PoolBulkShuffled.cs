namespace DmaKit.Benchmarks;

/// <summary>As <see cref="PoolBulk"/>, with the free blocks in no order: what a pool looks like that single blocks came back to.</summary>
internal sealed class PoolBulkShuffled : PoolBulk
{
    public override string Id => "pool-bulk-shuffled";

    public override string Title => "block pool, explicit cache, bursts of 32, blocks in random order";

    public override double Must => 0;

    public override double Aim => 0;

    public override string Note => "the worst case of pool-bulk, for comparison";

    /// <inheritdoc/>
    protected override void Prepare(BlockCache cache)
    {
        var all = new Block[cache.Size];
        int got = cache.TryRent(all);
        new Random(1).Shuffle(all.AsSpan(0, got));
        for (int i = 0; i < got; i++) cache.Return(all[i]);
    }
}
