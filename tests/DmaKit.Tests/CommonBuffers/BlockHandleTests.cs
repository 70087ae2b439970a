namespace DmaKit.Tests;

/// <summary>Blocks returned twice, to the wrong pool, or used after return.</summary>
public sealed class BlockHandleTests
{
    private readonly PlainMachine _machine = new();
    private readonly DmaAdapter _adapter;

    public BlockHandleTests() => _adapter = _machine.CreateAdapter();

    /// <summary>The ways to give a block back: to the pool, to a cache, in bursts; of pools with and without implicit caches.</summary>
    public static TheoryData<string, int> Ways
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string way in (string[])["pool", "cache", "pool-burst", "cache-burst"])
                foreach (int count in (int[])[4, 256]) data.Add(way, count);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void P4_A_block_returned_twice_throws_and_nothing_is_lost(string way, int count)
    {
        using BlockPool pool = Create(count);
        using BlockCache cache = pool.CreateCache(8);
        Assert.True(pool.TryRent(out Block block));
        Give(way, pool, cache, block);
        var error = Assert.Throws<DmaMisuseException>(() => Give(way, pool, cache, block));
        Assert.Contains($"Block {block.Index} of pool 'pool' was returned already", error.Message, StringComparison.Ordinal);
        Assert.Equal(count, pool.Available);
        cache.Dispose();
        var all = new Block[count + 1];
        Assert.Equal(count, pool.TryRent(all));
        Assert.Equal(count, all.Take(count).Select(b => b.LogicalAddress).Distinct().Count());
        pool.Return(all.AsSpan(0, count));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void P4_A_block_of_another_pool_throws(string way, int count)
    {
        using BlockPool pool = Create(count);
        using BlockPool other = Create(count, "other");
        using BlockCache cache = pool.CreateCache(8);
        Assert.True(other.TryRent(out Block block));
        Assert.Contains("other[0] was returned to pool 'pool'", Assert.Throws<DmaMisuseException>(() => Give(way, pool, cache, block)).Message, StringComparison.Ordinal);
        Assert.Contains("default Block", Assert.Throws<DmaMisuseException>(() => Give(way, pool, cache, default)).Message, StringComparison.Ordinal);
        block.Write(0, 1);
        other.Return(block);
        Assert.Equal((count, count), (pool.Available, other.Available));
    }

    [Fact]
    public void P4_Every_use_after_return_throws_even_when_the_slot_is_rented_again()
    {
        using BlockPool pool = Create(1);
        Assert.True(pool.TryRent(out Block block));
        Block copy = block;
        pool.Return(block);
        AllThrow(copy);
        Assert.True(pool.TryRent(out Block again));
        Assert.Equal(block.Index, again.Index);
        Assert.NotEqual(block, again);
        AllThrow(copy);
        again.Write(0, 5);
        pool.Return(again);

        static void AllThrow(Block stale)
        {
            Throws(() => stale.Span.Length);
            Throws(() => stale.Memory.Length);
            Throws(() => stale.LogicalAddress);
            Throws(() => stale.Read<int>(0));
            Throws(() => stale.Ref<int>(0));
            Throws(() =>
            {
                stale.Write(0, 1);
                return 0;
            });
        }

        static void Throws<T>(Func<T> use) =>
            Assert.Contains("of pool 'pool' was returned already", Assert.Throws<DmaMisuseException>(() => { use(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void P4_Disposing_a_block_twice_is_a_report_and_no_exception()
    {
        using BlockPool pool = Create(4);
        Assert.True(pool.TryRent(out Block block));
        block.Dispose();
        block.Dispose();
        default(Block).Dispose();
        MisuseReport report = Assert.Single(_machine.Misuse.Reports);
        Assert.Equal(("block-returned-twice", "pool"), (report.Rule, report.Owner));
        Assert.Equal(4, pool.Available);
    }

    [Fact]
    public void P4_A_burst_returns_what_stands_in_front_of_the_wrong_block()
    {
        using BlockPool pool = Create(256);
        using BlockCache cache = pool.CreateCache(64);
        var blocks = new Block[10];
        Assert.Equal(10, cache.TryRent(blocks));
        cache.Return(blocks[4]);
        Assert.Throws<DmaMisuseException>(() => cache.Return(blocks.AsSpan()));
        Assert.Equal(5, pool.Statistics.Live);
        cache.Return(blocks.AsSpan(5));
        Assert.Equal(0, pool.Statistics.Live);
    }

    [Theory]
    [InlineData("stale")]
    [InlineData("foreign")]
    [InlineData("default")]
    [InlineData("twice")]
    public void P4_A_burst_of_neighbours_stops_at_the_first_wrong_block(string wrong)
    {
        using BlockPool pool = Create(256);
        using BlockPool other = Create(256, "other");
        using BlockCache cache = pool.CreateCache(64);
        Assert.True(other.TryRent(out Block foreign));
        for (int at = wrong == "twice" ? 1 : 0; at < 20; at++)
        {
            var blocks = new Block[20];
            Assert.Equal(20, cache.TryRent(blocks));
            Block right = blocks[at];
            if (wrong == "stale")
            {
                cache.Return(right);
                Assert.True(cache.TryRent(out Block again));
                Assert.Equal((right.Index, right.Generation + 1), (again.Index, again.Generation));
                right = again;
            }
            else
            {
                blocks[at] = wrong switch { "foreign" => foreign, "default" => default, _ => blocks[at - 1] };
            }

            Assert.Throws<DmaMisuseException>(() => cache.Return(blocks.AsSpan()));
            Assert.Equal(20 - at, pool.Statistics.Live);
            cache.Return(right);
            cache.Return(blocks.AsSpan(at + 1));
            Assert.Equal(0, pool.Statistics.Live);
        }

        other.Return(foreign);
    }

    [Fact]
    public void P4_Slots_about_to_wrap_are_retired_in_bursts_too()
    {
        using BlockPool pool = Create(256, firstGeneration: uint.MaxValue - 2);
        using BlockCache cache = pool.CreateCache(64);
        var handles = new HashSet<Block>();
        var blocks = new Block[32];
        int rents = 0;
        while (cache.TryRent(blocks) is var got && got > 0)
        {
            rents += got;
            foreach (Block block in blocks.AsSpan(0, got)) Assert.True(handles.Add(block), "A handle was given out twice.");
            cache.Return(blocks.AsSpan(0, got));
        }

        Assert.Equal((3 * 256, 256, 0), (rents, pool.Statistics.Retired, pool.Available));
    }

    [Fact]
    public void P4_Numbers_of_disposed_pools_come_again_with_generations_that_never_were()
    {
        var handles = new HashSet<Block>();
        for (int round = 0; round < 50; round++)
        {
            using BlockPool pool = Create(3000);
            var blocks = new Block[3000];
            for (int i = 0; i <= round % 3; i++)
            {
                Assert.Equal(3000, pool.TryRent(blocks));
                foreach (Block block in blocks) Assert.True(handles.Add(block), "A handle was given out twice.");
                pool.Return(blocks);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void P4_A_slot_about_to_wrap_is_retired(string way, int count)
    {
        using BlockPool pool = Create(count, firstGeneration: uint.MaxValue - 2);
        using BlockCache cache = pool.CreateCache(8);
        var handles = new HashSet<Block>();
        int rents = 0;
        while (pool.TryRent(out Block block))
        {
            rents++;
            Assert.True(handles.Add(block), "A handle was given out twice.");
            Give(way, pool, cache, block);
            Assert.Throws<DmaMisuseException>(() => block.Span.Length);
        }

        // Three generations a slot are left: -3, -2 and -1. Then the pool has nothing that it could hand out safely.
        Assert.Equal(3 * count, rents);
        BlockPoolStatistics figures = pool.Statistics;
        Assert.Equal((count, 0, 0, rents), (figures.Retired, figures.Available, figures.Live, (int)figures.Returns));
        foreach (Block block in handles) Assert.Throws<DmaMisuseException>(() => pool.Return(block));
    }

    [Fact]
    public void P4_A_handle_does_not_outlive_its_pool()
    {
        Block block;
        using (BlockPool pool = Create(4))
        {
            Assert.True(pool.TryRent(out block));
            pool.Return(block);
        }

        // The next pool may take the same numbers for its blocks: their generations differ.
        using BlockPool next = Create(4);
        Assert.True(next.TryRent(out Block other));
        Assert.NotEqual(block, other);
        Assert.Throws<DmaMisuseException>(() => block.Read<int>(0));
        Assert.Throws<DmaMisuseException>(() => next.Return(block));
        Assert.Equal("no block", block.ToString());
        next.Return(other);
    }

#if DEBUG
    [Fact]
    public void T1_A_cache_that_two_threads_use_at_once_is_caught_in_debug_builds()
    {
        using BlockPool pool = Create(64);
        using BlockCache cache = pool.CreateCache(8);
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var machine = new PlainMachine { Observer = new Blocker(inside, leave) };
        using BlockPool watched = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 64 });
        using BlockCache shared = watched.CreateCache(8);
        Assert.True(shared.TryRent(out Block block));
        var first = new Thread(() => shared.Return(block));
        first.Start();
        inside.Wait(TestContext.Current.CancellationToken);
        string message = Assert.Throws<DmaMisuseException>(() => shared.TryRent(out _)).Message;
        leave.Set();
        first.Join();
        Assert.Contains("one thread at a time", message, StringComparison.Ordinal);
    }

    /// <summary>Holds the thread that returns a block inside the cache.</summary>
    private sealed class Blocker(ManualResetEventSlim inside, ManualResetEventSlim leave) : DmaObserver
    {
        public override void OnReturned(object owner, LogicalRange piece)
        {
            inside.Set();
            leave.Wait();
        }
    }
#endif

    private static void Give(string way, BlockPool pool, BlockCache cache, Block block)
    {
        switch (way)
        {
            case "pool": pool.Return(block); break;
            case "cache": cache.Return(block); break;
            case "pool-burst": pool.Return([block]); break;
            default: cache.Return([block]); break;
        }
    }

    private BlockPool Create(int count, string name = "pool", uint firstGeneration = 1) =>
        BlockPool.Create(_adapter, new BlockPoolOptions { BlockLength = 64, Count = count, Name = name, FirstGeneration = firstGeneration });
}
