namespace DmaKit.Tests;

public sealed class BlockPoolTests
{
    private readonly PlainMachine _machine = new();
    private readonly DmaAdapter _adapter;

    public BlockPoolTests() => _adapter = _machine.CreateAdapter();

    [Fact]
    public void P1_Capacity_is_what_was_asked_and_every_block_can_be_had()
    {
        using BlockPool pool = Create(count: 100);
        var blocks = new Block[100];
        for (int i = 0; i < blocks.Length; i++) Assert.True(pool.TryRent(out blocks[i]));
        Assert.False(pool.TryRent(out Block none));
        Assert.Equal(default, none);
        Assert.Equal(100, blocks.Select(b => b.LogicalAddress).Distinct().Count());
        Assert.Equal((100, 0, 100, 1L), (pool.Capacity, pool.Available, pool.Statistics.Peak, pool.Statistics.Failures));
        foreach (Block block in blocks) pool.Return(block);
        Assert.Equal(100, pool.Available);
    }

    [Fact]
    public void P1_Blocks_are_memory_of_the_common_buffer()
    {
        using BlockPool pool = Create(count: 4, length: 256);
        Assert.True(pool.TryRent(out Block block));
        block.Write(16, 0x1122334455667788);
        CommonBuffer buffer = Assert.Single(pool.Buffers);
        Assert.Equal(0x1122334455667788, buffer.Read<long>(block.LogicalAddress - buffer.LogicalAddress + 16));
        Assert.Equal(0x88, block.Span[16]);
        Assert.Equal(0x77, block.Memory.Span[17]);
        block.Ref<byte>(255) = 9;
        Assert.Equal(9, block.Read<byte>(255));
        Assert.Equal((256, 256, 256), (block.Length, block.Span.Length, block.Memory.Length));
        pool.Return(block);
    }

    [Fact]
    public void P1_An_access_outside_the_block_names_block_and_range()
    {
        using BlockPool pool = Create(count: 4, length: 256);
        Assert.True(pool.TryRent(out Block block));
        foreach (int offset in (int[])[-1, 249, 256, 257, int.MaxValue])
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => block.Read<long>(offset));
            Assert.Contains("which has 256 bytes", error.Message, StringComparison.Ordinal);
        }

        block.Dispose();
    }

    [Fact]
    public void P1_A_block_may_be_returned_by_another_thread()
    {
        using BlockPool pool = Create(count: 512);
        var blocks = new Block[300];
        Assert.Equal(300, pool.TryRent(blocks));
        var other = new Thread(() => pool.Return(blocks.AsSpan()));
        other.Start();
        other.Join();
        Assert.Equal((0, 512), (pool.Statistics.Live, pool.Available));

        // What rests with a thread that has ended is not lost either.
        var all = new Block[512];
        Assert.Equal(512, pool.TryRent(all));
        pool.Return(all.AsSpan());
    }

    [Fact]
    public void P1_Threads_come_and_go_and_no_block_is_lost()
    {
        // A thread's stack is often where that of one that has ended was: what the pool knows by place on the stack must survive that.
        using BlockPool pool = Create(count: 512);
        for (int round = 0; round < 40; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => Use(pool, depth: round % 5)))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.Equal(0, pool.Statistics.Live);
        }

        var all = new Block[512];
        Assert.Equal(512, pool.TryRent(all));
        Assert.Equal(512, all.Distinct().Count());
        pool.Return(all);

        static void Use(BlockPool pool, int depth)
        {
            Span<byte> deeper = stackalloc byte[3000];
            deeper.Clear();
            if (depth > 0)
            {
                Use(pool, depth - 1);
                return;
            }

            var blocks = new Block[8];
            for (int i = 0; i < 100; i++)
            {
                for (int k = 0; k < blocks.Length; k++) Assert.True(pool.TryRent(out blocks[k]));
                foreach (Block block in blocks) pool.Return(block);
            }
        }
    }

    [Fact]
    public void P1_No_block_rests_in_a_cache_while_somebody_goes_without()
    {
        using BlockPool pool = Create(count: 512);
        using BlockCache cache = pool.CreateCache(256);
        Assert.True(cache.TryRent(out Block first));
        Assert.True(cache.Count > 100);
        var all = new Block[512];
        Assert.Equal(511, pool.TryRent(all));
        Assert.Equal(0, cache.Count);
        Assert.False(cache.TryRent(out _));
        pool.Return(all.AsSpan(0, 511));
        cache.Return(first);

        // Blocks are plenty again: the cache fills itself as before.
        Assert.Equal(2, cache.TryRent(all.AsSpan(0, 2)));
        Assert.True(cache.Count > 100);
        cache.Return(all.AsSpan(0, 2));
    }

    [Fact]
    public void P1_A_burst_takes_what_there_is()
    {
        using BlockPool pool = Create(count: 50);
        var blocks = new Block[64];
        Assert.Equal(20, pool.TryRent(blocks.AsSpan(0, 20)));
        Assert.Equal(30, pool.TryRent(blocks.AsSpan(20)));
        Assert.Equal(0, pool.TryRent(blocks.AsSpan(50)));
        Assert.Equal(50, blocks.Take(50).Distinct().Count());
        pool.Return(blocks.AsSpan(0, 50));
        Assert.Equal((50, 50L, 50L), (pool.Available, pool.Statistics.Rents, pool.Statistics.Returns));
    }

    [Fact]
    public void P1_A_closed_cache_gives_its_blocks_back_and_refuses()
    {
        using BlockPool pool = Create(count: 64);
        BlockCache cache = pool.CreateCache(32);
        Assert.True(cache.TryRent(out Block block));
        cache.Dispose();
        cache.Dispose();
        Assert.Equal(63, pool.Available);
        Assert.Equal(0, pool.Statistics.Cached);
        Assert.Throws<ObjectDisposedException>(() => cache.TryRent(out _));
        cache.Return(block);
        Assert.Equal(64, pool.Available);
    }

    [Fact]
    public void P1_Fragmented_memory_gives_several_buffers_and_no_block_across_two()
    {
        var machine = new PlainMachine(pages: 64, inUse: page => page % 3 == 2);
        DmaAdapter adapter = machine.CreateAdapter();
        BlockPool pool = BlockPool.Create(adapter, new BlockPoolOptions { BlockLength = 3000, Count = 40, Alignment = 8, Name = "scattered" });
        Assert.True(pool.Buffers.Count > 10);
        var blocks = new Block[40];
        Assert.Equal(40, pool.TryRent(blocks));
        Assert.All(blocks, b => Assert.Single(pool.Buffers, buffer =>
            b.LogicalAddress >= buffer.LogicalAddress && b.LogicalAddress.Value + 3000 <= buffer.LogicalAddress.Value + (ulong)buffer.Length));
        foreach (Block b in blocks) b.Memory.Span.Fill((byte)b.GetHashCode());
        foreach (Block b in blocks) Assert.Equal(-1, b.Span.IndexOfAnyExcept((byte)b.GetHashCode()));
        pool.Return(blocks.AsSpan());
        pool.Dispose();
        Assert.Equal(21, machine.Memory.PagesTaken);
    }

    [Fact]
    public void P1_AllocateUpTo_gives_what_there_is()
    {
        var machine = new PlainMachine(pages: 4);
        DmaAdapter adapter = machine.CreateAdapter();
        using (BlockPool pool = BlockPool.AllocateUpTo(adapter, blockLength: 4096, preferred: 100, minimum: 2)) Assert.Equal(4, pool.Capacity);
        var error = Assert.Throws<DmaResourceException>(() => BlockPool.AllocateUpTo(adapter, blockLength: 4096, preferred: 100, minimum: 5));
        Assert.Equal((5 * 4096, 4 * 4096), (error.Requested, error.LargestAvailable));
        Assert.Equal(0, machine.Memory.PagesTaken);
        Assert.Throws<DmaResourceException>(() => BlockPool.Create(adapter, new BlockPoolOptions { BlockLength = 4096, Count = 5 }));
        Assert.Equal(0, machine.Memory.PagesTaken);
        Assert.Empty(machine.Misuse.Reports);
    }

    [Fact]
    public void P1_Renting_and_returning_allocate_nothing()
    {
        using BlockPool pool = Create(count: 1024);
        using BlockCache cache = pool.CreateCache(64);
        var blocks = new Block[200];
        Assert.Equal(0, AllocatedBytes.Of(Exercise));

        void Exercise()
        {
            for (int i = 0; i < blocks.Length; i++) pool.TryRent(out blocks[i]);
            for (int i = 0; i < blocks.Length; i++) pool.Return(blocks[i]);
            for (int i = 0; i < blocks.Length; i++) cache.TryRent(out blocks[i]);
            for (int i = 0; i < blocks.Length; i++) blocks[i].Write(0, blocks[i].LogicalAddress.Value);
            for (int i = 0; i < blocks.Length; i++) cache.Return(blocks[i]);
            cache.TryRent(blocks);
            pool.Return(blocks.AsSpan());
            pool.TryRent(blocks);
            foreach (Block b in blocks) b.Dispose();
        }
    }

    [Fact]
    public void P2_Overwriting_every_byte_of_the_buffers_does_not_disturb_the_pool()
    {
        using BlockPool pool = Create(count: 64, length: 100);
        var blocks = new Block[64];
        for (int round = 0; round < 8; round++)
        {
            foreach (CommonBuffer buffer in pool.Buffers) buffer.Span(0, (int)buffer.Length).Fill((byte)(0xFF - round));
            Assert.Equal(64, pool.TryRent(blocks));
            foreach (CommonBuffer buffer in pool.Buffers) buffer.Span(0, (int)buffer.Length).Fill((byte)round);
            Assert.Equal(64, blocks.Select(b => b.LogicalAddress).Distinct().Count());
            pool.Return(blocks.AsSpan());
        }

        Assert.Equal(64, pool.Available);
    }

    [Fact]
    public void CB5_A_pool_is_not_made_in_callback_context_but_used_there()
    {
        using BlockPool pool = Create(count: 64);
        using CallbackContext context = CallbackContext.Enter();
        var error = Assert.Throws<DmaMisuseException>(() => Create(count: 1));
        Assert.Contains("TryRent", error.Message, StringComparison.Ordinal);
        Assert.Throws<DmaMisuseException>(() => { _ = pool.RentAsync(TestContext.Current.CancellationToken); });
        Assert.True(pool.TryRent(out Block block));
        pool.Return(block);
    }

    [Fact]
    public void Q1_Disposing_a_pool_while_blocks_are_out_is_reported_and_quarantined()
    {
        BlockPool pool = Create(count: 64, name: "packets");
        Assert.True(pool.TryRent(out Block block));
        pool.Dispose();
        pool.Dispose();
        MisuseReport report = Assert.Single(_machine.Misuse.Reports);
        Assert.Equal(("pool-disposed-while-blocks-out", "packets"), (report.Rule, report.Owner));
        Assert.Contains("1 of 64 blocks", report.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, _machine.Memory.PagesTaken);
        Assert.Single(_machine.Domain.Quarantine.Entries);

        // The handle is dead, and says why; giving it back late changes nothing.
        Assert.Contains("disposed", Assert.Throws<DmaMisuseException>(() => block.Span.Length).Message, StringComparison.Ordinal);
        Assert.Contains("disposed", Assert.Throws<DmaMisuseException>(() => pool.Return(block)).Message, StringComparison.Ordinal);
        block.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.TryRent(out _));
        Assert.Throws<ObjectDisposedException>(() => pool.CreateCache(8));

        _adapter.DeclareQuiet();
        Assert.Equal(0, _machine.Memory.PagesTaken);
    }

    [Fact]
    public void Q1_Disposing_a_pool_whose_blocks_are_home_gives_its_memory_back()
    {
        BlockPool pool = Create(count: 64);
        using (BlockCache cache = pool.CreateCache(16))
        {
            Assert.True(cache.TryRent(out Block block));
            cache.Return(block);
            pool.Dispose();
        }

        Assert.Equal(0, _machine.Memory.PagesTaken);
        Assert.Empty(_machine.Misuse.Reports);
    }

    [Fact]
    public void P3_Options_that_make_no_sense_are_refused_with_the_legal_range()
    {
        Assert.Contains("1 to 2^30", Refused(() => new BlockPoolOptions { BlockLength = 0 }), StringComparison.Ordinal);
        Assert.Contains("power of two", Refused(() => new BlockPoolOptions { Alignment = 24 }), StringComparison.Ordinal);
        Assert.Contains("1 or more", Refused(() => new BlockPoolOptions { Count = 0 }), StringComparison.Ordinal);
        Assert.Contains("power of two", Refused(() => new BlockPoolOptions { Boundary = -4096 }), StringComparison.Ordinal);
        Assert.Contains("1 to 4096", Refused(() => BlockPool.Create(_adapter, new BlockPoolOptions { BlockLength = 4097, WithinPage = true })), StringComparison.Ordinal);
        static string Refused(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;
    }

    private BlockPool Create(int count, int length = 64, string name = "pool") =>
        BlockPool.Create(_adapter, new BlockPoolOptions { BlockLength = length, Count = count, Name = name });
}
