using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit.Tests;

/// <summary>A thread finds its own blocks by its place on its stack: wherever the edges of pages are, and never another's.</summary>
public sealed class StackPlaceTests
{
    private const int Step = 64;

    /// <summary>From every depth of three pages, rents and returns: what is returned comes back to who returned it, across each edge.</summary>
    [Fact]
    public async Task P1_A_thread_finds_its_blocks_again_at_every_depth_of_its_stack()
    {
        await using var machine = new PlainMachine();
        using BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 1024 });
        int misses = 0;
        Descend(pool, 3 * StackPage.Size / Step, ref misses);
        Assert.Equal((0, 0), (misses, pool.Statistics.Live));
    }

    /// <summary>Two threads whose frames lie at the same place of their stacks, again and again: nobody gets what the other holds.</summary>
    [Fact]
    public async Task P1_Threads_at_the_same_place_of_their_stacks_have_blocks_of_their_own()
    {
        await using var machine = new PlainMachine();
        using BlockPool pool = BlockPool.Create(machine.CreateAdapter(), new BlockPoolOptions { BlockLength = 64, Count = 1024 });
        int[] holders = new int[1024];
        int twice = 0;
        for (int round = 0; round < 20; round++)
        {
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => Hold(pool, holders, ref twice)))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
        }

        Assert.Equal((0, 0), (twice, pool.Statistics.Live));
    }

    private static void Hold(BlockPool pool, int[] holders, ref int twice)
    {
        for (int i = 0; i < 2000; i++)
        {
            if (!pool.TryRent(out Block block)) continue;

            // The pool's blocks lie side by side.
            ref int holder = ref holders[block.LogicalAddress.Value / 64 % 1024];
            if (Interlocked.Exchange(ref holder, 1) != 0) Interlocked.Increment(ref twice);
            Interlocked.Exchange(ref holder, 0);
            pool.Return(block);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Descend(BlockPool pool, int depth, ref int misses)
    {
        Span<byte> room = stackalloc byte[Step];
        room[0] = 1;
        Assert.True(pool.TryRent(out Block block));
        LogicalAddress first = block.LogicalAddress;
        pool.Return(block);
        Assert.True(pool.TryRent(out block));
        if (block.LogicalAddress != first) misses++;
        pool.Return(block);
        if (depth > 0) Descend(pool, depth - room[0], ref misses);
    }
}
