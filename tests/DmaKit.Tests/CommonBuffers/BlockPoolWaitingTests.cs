namespace DmaKit.Tests;

/// <summary>Waiting for blocks: in order, cancelled or granted, without garbage.</summary>
public sealed class BlockPoolWaitingTests
{
    private readonly PumpScheduler _pump = new();
    private readonly PlainMachine _machine;
    private readonly DmaAdapter _adapter;

    public BlockPoolWaitingTests()
    {
        _machine = new PlainMachine(continuations: _pump);
        _adapter = _machine.CreateAdapter();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(256)]
    public async Task P5_A_free_block_is_had_at_once(int count)
    {
        using BlockPool pool = Create(count);
        ValueTask<Block> wait = pool.RentAsync(Stop);
        Assert.True(wait.IsCompletedSuccessfully);
        pool.Return(await wait);
        Assert.Equal(count, pool.Available);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(256, false)]
    [InlineData(256, true)]
    public void P5_Blocks_go_to_the_oldest_waiter(int count, bool throughCache)
    {
        using BlockPool pool = Create(count);
        using BlockCache cache = pool.CreateCache(64);
        Block[] all = Drain(pool);
        var order = new List<int>();
        Task[] waits = [.. Enumerable.Range(0, 5).Select(i => WaitAndNote(pool, order, i))];
        Assert.Equal(5, pool.Statistics.Waiters);
        for (int i = 0; i < 5; i++)
        {
            if (throughCache) cache.Return(all[i]);
            else pool.Return(all[i]);

            // Who comes now must not overtake who waits.
            Assert.False(pool.TryRent(out _));
            Assert.False(cache.TryRent(out _));
        }

        Assert.Empty(order);
        _pump.RunUntilIdle();
        Assert.Equal([0, 1, 2, 3, 4], order);
        Assert.All(waits, w => Assert.True(w.IsCompletedSuccessfully));
        pool.Return(all.AsSpan(5));
        Assert.Equal(count, pool.Statistics.Live + pool.Available);

        async Task WaitAndNote(BlockPool from, List<int> notes, int number)
        {
            Block block = await from.RentAsync(Stop);
            notes.Add(number);
            block.Write(0, number);
            if (number >= 2) return;
            from.Return(block);
        }
    }

    [Fact]
    public async Task P5_Blocks_that_rest_in_caches_are_found_before_anybody_waits()
    {
        using BlockPool pool = Create(256);
        using BlockCache cache = pool.CreateCache(256);
        var all = new Block[256];
        Assert.Equal(256, pool.TryRent(all));
        cache.Return(all[0]);
        ValueTask<Block> wait = pool.RentAsync(Stop);
        Assert.True(wait.IsCompletedSuccessfully);
        ValueTask<Block> second = pool.RentAsync(Stop);
        Assert.False(second.IsCompleted);
        cache.Return(all[1]);
        _pump.RunUntilIdle();
        Assert.True(second.IsCompletedSuccessfully);
        pool.Return(await wait);
        pool.Return(await second);
        pool.Return(all.AsSpan(2));
        Assert.Equal(256, pool.Available);
    }

    [Fact]
    public async Task P5_A_cancelled_wait_takes_no_block()
    {
        using BlockPool pool = Create(2);
        Block[] all = Drain(pool);
        using var source = new CancellationTokenSource();
        Task<Block> first = pool.RentAsync(source.Token).AsTask();
        Task<Block> second = pool.RentAsync(Stop).AsTask();
        await source.CancelAsync();
        pool.Return(all[0]);
        _pump.RunUntilIdle();
        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        Assert.Equal(source.Token, error.CancellationToken);
        pool.Return(await second);
        pool.Return(all[1]);
        Assert.Equal(2, pool.Available);
        Assert.True(pool.RentAsync(source.Token).IsCanceled);
    }

    [Fact]
    public async Task P5_Granted_wins_over_a_later_cancellation()
    {
        using BlockPool pool = Create(2);
        Block[] all = Drain(pool);
        using var source = new CancellationTokenSource();
        Task<Block> wait = pool.RentAsync(source.Token).AsTask();
        pool.Return(all[0]);
        await source.CancelAsync();
        _pump.RunUntilIdle();
        pool.Return(await wait);
        pool.Return(all[1]);
        Assert.Equal((2, 0), (pool.Available, pool.Statistics.Waiters));
    }

    [Fact]
    public async Task P5_Disposing_the_pool_ends_every_wait()
    {
        BlockPool pool = Create(2);
        Drain(pool);
        Task<Block>[] waits = [pool.RentAsync(Stop).AsTask(), pool.RentAsync(Stop).AsTask()];
        pool.Dispose();
        _pump.RunUntilIdle();
        foreach (Task<Block> wait in waits) await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
    }

    [Fact]
    public void P5_Waiting_allocates_nothing_once_waiters_were_made()
    {
        using BlockPool pool = Create(2);
        using var source = new CancellationTokenSource();
        Block[] all = Drain(pool);
        Assert.Equal(0, AllocatedBytes.Of(Once));
        pool.Return(all.AsSpan());

        void Once()
        {
            ValueTask<Block> wait = pool.RentAsync(source.Token);
            ValueTask<Block> next = pool.RentAsync(source.Token);
            pool.Return(all[0]);
            pool.Return(all[1]);
            _pump.RunUntilIdle();
            all[0] = wait.Result;
            all[1] = next.Result;
        }
    }

    [Fact]
    public async Task P5_Cancelling_and_returning_at_once_ends_every_wait_exactly_once()
    {
        var machine = new PlainMachine();
        using BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 1 });
        int granted = 0;
        int cancelled = 0;
        for (int i = 0; i < 2000; i++)
        {
            Assert.True(pool.TryRent(out Block block));
            using var source = new CancellationTokenSource();
            Task<Block> wait = pool.RentAsync(source.Token).AsTask();
            Task cancel = source.CancelAsync();
            pool.Return(block);
            try
            {
                pool.Return(await wait);
                granted++;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            await cancel;
            Assert.Equal((1, 0), (pool.Available, pool.Statistics.Waiters));
        }

        Assert.Equal(2000, granted + cancelled);
    }

    private static Block[] Drain(BlockPool pool)
    {
        var all = new Block[pool.Capacity];
        Assert.Equal(pool.Capacity, pool.TryRent(all));
        return all;
    }

    private BlockPool Create(int count) => BlockPool.Create(_adapter, new BlockPoolOptions { BlockLength = 64, Count = count });
}
