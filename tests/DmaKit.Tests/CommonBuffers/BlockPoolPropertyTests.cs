using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Random pools in fragmented memory and random histories of them, and twins that the same properties must catch.</summary>
public sealed class BlockPoolPropertyTests
{
    private const int Reach = 24;

    /// <summary>Where the blocks of a pool are, given its options.</summary>
    private delegate IReadOnlyList<LogicalRange> Placing(BlockPoolOptions options, BlockPool pool, Block[] blocks);

    [Fact]
    public void P3_Blocks_never_overlap_and_stand_where_they_were_asked() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Placed((_, _, blocks) => [.. blocks.Select(Range)]));

    [Theory]
    [InlineData("packed", "share a cache line")]
    [InlineData("shifted", "is not a multiple")]
    [InlineData("straight", "crosses")]
    [InlineData("beyond", "out of reach")]
    [InlineData("same", "overlap")]
    public void P3_The_same_property_catches_broken_placing(string twin, string complaint)
    {
        Placing broken = twin switch
        {
            // Without regard to lines; to alignment; to pages; to the device's reach; to each other.
            "packed" => (options, pool, blocks) => options.WithinPage || options.Boundary != 0
                ? [.. blocks.Select(Range)]
                : [.. blocks.Take(3).Select((_, i) => new LogicalRange(Start(pool) + (i * RoundUp(pool.BlockLength, options.Alignment)), pool.BlockLength))],
            "shifted" => (_, _, blocks) => [.. blocks.Select(b => new LogicalRange(b.LogicalAddress + 4, b.Length))],
            "straight" => (options, pool, blocks) => [.. blocks.Select((_, i) => new LogicalRange(Start(pool) + (i * RoundUp(pool.BlockLength, Math.Max(128, options.Alignment))), pool.BlockLength))],
            "beyond" => (_, _, blocks) => [.. blocks.Select(b => new LogicalRange(b.LogicalAddress + (1L << Reach), b.Length))],
            _ => (_, _, blocks) => [.. blocks.Select(_ => Range(blocks[0]))],
        };
        Exception error = Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Placed(broken, complaint)));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void P4_Histories_with_misuse_lose_no_block_and_give_none_twice() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Property(pool => new RealPool(pool)));

    [Theory]
    [InlineData(false, "accepted twice")]
    [InlineData(true, "given out twice")]
    public void P4_The_same_property_catches_a_pool_without_generations(bool trusting, string complaint)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Property(pool => new UncheckedTwin(pool.Capacity, trusting), complaint)));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    private static LogicalRange Range(Block block) => new(block.LogicalAddress, block.Length);

    private static LogicalAddress Start(BlockPool pool) => pool.Buffers[0].LogicalAddress;

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;

    private static Property Placed(Placing where, string only = "") => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed => Histories.Holds(Misplaced(seed, where), only));

    private static string? Misplaced(int seed, Placing where)
    {
        var random = new Random(seed);
        int gaps = random.Next(2, 12);
        var machine = new PlainMachine(pages: 120, logicalBase: (1UL << Reach) - (60 * PlainMachine.Page), inUse: page => page % gaps == 0);
        DmaAdapter adapter = machine.CreateAdapter(new DmaConstraints { AddressBits = Reach });
        bool line = random.Next(2) == 0;
        bool page = random.Next(2) == 0;
        int alignment = 1 << random.Next(0, 10);
        int length = random.Next(1, 3000);
        long boundary = random.Next(3) == 0 ? 8192 : 0;
        var options = new BlockPoolOptions { Alignment = alignment, OwnCacheLine = line, WithinPage = page, Boundary = boundary };
        BlockPool pool;
        try
        {
            pool = BlockPool.AllocateUpTo(adapter, length, preferred: random.Next(1, 200), minimum: 1, options);
        }
        catch (DmaResourceException)
        {
            return null;
        }

        using (pool)
        {
            var blocks = new Block[pool.Capacity];
            if (pool.TryRent(blocks) != pool.Capacity) return "not every block could be had";
            List<LogicalRange> ranges = [.. where(options, pool, blocks).OrderBy(r => r.Start)];
            pool.Return(blocks.AsSpan());
            for (int i = 0; i < ranges.Count; i++)
            {
                LogicalRange r = ranges[i];
                if (r.Last.Value >> Reach != 0) return $"{r} is out of reach";
                if (!r.Start.IsAligned(alignment)) return $"{r} is not a multiple of {alignment}";
                if (page && Crosses(r, PlainMachine.Page)) return $"{r} crosses a page";
                if (boundary != 0 && Crosses(r, boundary)) return $"{r} crosses a multiple of {boundary}";
                if (i == 0) continue;
                if (ranges[i - 1].Overlaps(r)) return $"{r} and {ranges[i - 1]} overlap";
                if (line && ranges[i - 1].Last.Value / 128 == r.Start.Value / 128) return $"{r} and {ranges[i - 1]} share a cache line";
            }
        }

        return machine.Memory.PagesTaken == Enumerable.Range(0, 120).Count(p => p % gaps == 0) ? null : "memory was not given back";
    }

    private static bool Crosses(LogicalRange r, long boundary) => r.Start.Value / (ulong)boundary != r.Last.Value / (ulong)boundary;

    private static Property Property(Func<BlockPool, IPool> make, string only = "") =>
        Prop.ForAll(Histories.Arbitrary(300), steps => Histories.Holds(Violation(steps, make), only));

    /// <summary>Plays a history of rents, returns and misuse; what is wrong, or null.</summary>
    private static string? Violation(int[] steps, Func<BlockPool, IPool> make)
    {
        int capacity = steps.Length % 2 == 0 ? 6 : 64;
        using BlockPool pool = BlockPool.Create(new PlainMachine(pages: 8).CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = capacity });
        IPool tested = make(pool);
        var live = new Dictionary<uint, Block>();
        var stale = new List<Block>();
        foreach (int step in steps)
        {
            var random = new Random(step);
            int kind = random.Next(8);
            if (kind < 4)
            {
                bool got = tested.TryRent(kind, out Block block);
                if (got != live.Count < capacity) return $"a rent with {live.Count} of {capacity} out answered {got}";
                if (got && !live.TryAdd(block.Index, block)) return $"block {block.Index} was given out twice";
            }
            else if (kind < 7 && live.Count > 0)
            {
                Block block = live.Values.ElementAt(random.Next(live.Count));
                if (!tested.Return(kind, block)) return $"block {block.Index} was not taken back";
                live.Remove(block.Index);
                stale.Add(block);
            }
            else if (stale.Count > 0)
            {
                Block block = stale[random.Next(stale.Count)];
                if (tested.Return(random.Next(4, 7), block) && !tested.Silent) return $"block {block.Index} was accepted twice";
            }
        }

        foreach (Block block in live.Values) tested.Return(4, block);
        tested.Close();
        return tested is RealPool && pool.Available != capacity ? $"{pool.Available} of {capacity} blocks came home" : null;
    }

    /// <summary>A pool as the property sees it.</summary>
    private interface IPool
    {
        /// <summary>Whether it says yes to everything, so that only the consequences show.</summary>
        bool Silent { get; }

        bool TryRent(int way, out Block block);

        bool Return(int way, Block block);

        void Close();
    }

    private sealed class RealPool(BlockPool pool) : IPool
    {
        private readonly BlockCache _cache = pool.CreateCache(8);
        private readonly Block[] _one = new Block[1];

        public bool Silent => false;

        public bool TryRent(int way, out Block block)
        {
            bool got;
            switch (way)
            {
                case 0:
                    return pool.TryRent(out block);
                case 1:
                    return _cache.TryRent(out block);
                case 2:
                    got = pool.TryRent(_one) == 1;
                    break;
                default:
                    got = _cache.TryRent(_one) == 1;
                    break;
            }

            block = got ? _one[0] : default;
            return got;
        }

        public bool Return(int way, Block block)
        {
            try
            {
                switch (way)
                {
                    case 4:
                        pool.Return(block);
                        break;
                    case 5:
                        _cache.Return(block);
                        break;
                    default:
                        _cache.Return([block]);
                        break;
                }

                return true;
            }
            catch (DmaMisuseException)
            {
                return false;
            }
        }

        public void Close() => _cache.Dispose();
    }

    /// <summary>The known-buggy twin: a free list of indices, with handles that say nothing about when.</summary>
    private sealed class UncheckedTwin(int capacity, bool silent) : IPool
    {
        private readonly Stack<uint> _free = new(Enumerable.Range(0, capacity).Select(i => (uint)i));

        public bool Silent => silent;

        public bool TryRent(int way, out Block block)
        {
            bool got = _free.TryPop(out uint index);
            block = new Block(index);
            return got;
        }

        public bool Return(int way, Block block)
        {
            _free.Push(block.Index);
            return true;
        }

        public void Close()
        {
        }
    }
}
