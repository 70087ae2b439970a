using System.Collections.Concurrent;

namespace DmaKit.Tests;

/// <summary>Several threads rent, return, and return each other's blocks; every block is stamped by who holds it.</summary>
public sealed class BlockPoolStressTests(ITestOutputHelper output)
{
    private const int Threads = 3;

    public static TheoryData<int, int> Pools => new()
    {
        // Plenty, so that threads serve themselves; scarce, so that caches are emptied all the time; too few for caches.
        { 2048, 20_000 },
        { 40, 6_000 },
        { 4, 6_000 },
    };

    [Theory]
    [MemberData(nameof(Pools))]
    public void T1_No_block_has_two_holders(int count, int rounds)
    {
        var machine = new PlainMachine();
        using BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = count });
        Assert.Null(Run(i => new PoolSource(pool, i == 0 ? pool.CreateCache(32) : null), count, rounds, seed: 7));
        Assert.Equal((count, 0), (pool.Available, pool.Statistics.Live));
        var all = new Block[count];
        Assert.Equal(count, pool.TryRent(all));
        Assert.Equal(count, all.Select(b => b.Index).Distinct().Count());
        pool.Return(all.AsSpan());
    }

    [Fact]
    public void T1_The_same_test_catches_a_free_list_without_atomic_operations()
    {
        string? found = null;
        for (int seed = 1; seed <= 50 && found is null; seed++)
        {
            var twin = new RacyFreeList(64);
            found = Run(_ => new RacySource(twin), 64, 2_000, seed);
        }

        Assert.NotNull(found);
        output.WriteLine(found);
    }

    /// <summary>What one thread rents from.</summary>
    private interface ISource
    {
        bool TryRent(out Held held);

        void Return(Held held);

        void Close();
    }

    /// <summary>A block and its number.</summary>
    private readonly record struct Held(Block Block, int Index);

    private static string? Run(Func<int, ISource> open, int count, int rounds, int seed)
    {
        var owners = new int[count];
        var passed = new ConcurrentQueue<Held>();
        string? violation = null;
        var threads = new Thread[Threads];
        for (int t = 0; t < Threads; t++)
        {
            int me = t + 1;
            ISource source = open(t);
            var random = new Random((seed * 100) + t);
            threads[t] = new Thread(() =>
            {
                var held = new List<Held>();
                for (int round = 0; round < rounds && violation is null; round++)
                {
                    switch (random.Next(5))
                    {
                        case 0 or 1:
                            if (!source.TryRent(out Held got)) break;
                            if (Interlocked.CompareExchange(ref owners[got.Index], me, 0) is var other and not 0)
                                violation = $"Seed {seed}, round {round}: block {got.Index} was given to thread {me} while {other} held it.";
                            held.Add(got);
                            break;
                        case 2 when held.Count > 0:
                            GiveBack(source, held, random.Next(held.Count), me);
                            break;
                        case 3 when held.Count > 0:
                            // Somebody else returns it: the stamp goes with it.
                            Interlocked.Exchange(ref owners[held[^1].Index], -1);
                            passed.Enqueue(held[^1]);
                            held.RemoveAt(held.Count - 1);
                            break;
                        case 4:
                            if (!passed.TryDequeue(out Held foreign)) break;
                            Interlocked.Exchange(ref owners[foreign.Index], 0);
                            source.Return(foreign);
                            break;
                        default:
                            break;
                    }

                    if (held.Count > count / 2) GiveBack(source, held, 0, me);
                }

                while (held.Count > 0) GiveBack(source, held, held.Count - 1, me);
                source.Close();
            });
        }

        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        ISource last = open(-1);
        while (passed.TryDequeue(out Held left)) last.Return(left);
        last.Close();
        return violation;

        void GiveBack(ISource source, List<Held> held, int at, int me)
        {
            if (Interlocked.CompareExchange(ref owners[held[at].Index], 0, me) != me) violation ??= $"Seed {seed}: block {held[at].Index} changed its holder.";
            source.Return(held[at]);
            held.RemoveAt(at);
        }
    }

    private sealed class PoolSource(BlockPool pool, BlockCache? cache) : ISource
    {
        public bool TryRent(out Held held)
        {
            bool got = cache is null ? pool.TryRent(out Block block) : cache.TryRent(out block);
            held = new Held(block, (int)block.Index);
            if (got) block.Write(0, block.LogicalAddress.Value);
            return got;
        }

        public void Return(Held held)
        {
            if (held.Block.Read<ulong>(0) != held.Block.LogicalAddress.Value) throw new InvalidOperationException("Somebody wrote a block that was held.");
            if (cache is null) pool.Return(held.Block);
            else cache.Return(held.Block);
        }

        public void Close() => cache?.Dispose();
    }

    /// <summary>The known-buggy twin: a stack whose top is read and written in two steps.</summary>
    private sealed class RacyFreeList(int count)
    {
        private readonly int[] _free = [.. Enumerable.Range(0, count)];
        private int _top = count;

        public bool TryTake(out int index)
        {
            int top = _top;
            index = 0;
            if (top <= 0) return false;
            index = _free[top - 1];
            Thread.Yield();
            _top = top - 1;
            return true;
        }

        public void Put(int index)
        {
            int top = _top;
            if (top >= _free.Length) return;
            _free[top] = index;
            _top = top + 1;
        }
    }

    private sealed class RacySource(RacyFreeList list) : ISource
    {
        public bool TryRent(out Held held)
        {
            bool got = list.TryTake(out int index);
            held = new Held(default, index);
            return got;
        }

        public void Return(Held held) => list.Put(held.Index);

        public void Close()
        {
        }
    }
}
