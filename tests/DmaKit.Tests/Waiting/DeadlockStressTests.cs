namespace DmaKit.Tests;

/// <summary>Requests of many threads that hold and wait without any order: nobody hangs, nothing leaks.</summary>
public sealed class DeadlockStressTests
{
    [Fact]
    public async Task R2_ThreadsThatHoldAndWaitAllComeToAnEnd()
    {
        var machine = new PlainMachine();
        machine.Memory.Registers = 16;
        DmaAdapter lists = machine.CreateAdapter();
        DmaAdapter runs = machine.CreateAdapter(new DmaConstraints { MaxElements = 1 });
        DmaAdapter turns = machine.CreateAdapter(new DmaConstraints { ScatterGather = false });
        await using var packets = CommandPool<TestPacket, int>.CreateUpTo(lists, 3, 3);
        using BlockPool blocks = BlockPool.Create(lists, new BlockPoolOptions { BlockLength = 64, Count = 3 });
        using BufferHeap heap = BufferHeap.Create(lists, 4096);
        int failed = 0;
        int done = 0;

        async Task WorkAsync(int worker)
        {
            var random = new Random(worker);
            DmaRequest? request = worker % 4 == 3 ? null : machine.Domain.CreateRequest($"worker {worker}");
            var options = new MappingOptions { Request = request };
            var held = new Stack<IDisposable>();
            await Task.Yield();
            for (int round = 0; round < 1500; round++)
            {
                using var stop = new CancellationTokenSource();
                try
                {
                    // Who gives no name takes one thing at a time: for him nobody can tell a deadlock from a delay.
                    for (int left = request is null ? 1 : 1 + random.Next(3); left > 0; left--)
                    {
                        ValueTask<IDisposable> wait = random.Next(6) switch
                        {
                            0 => Held(lists.MapAsync(new byte[4096 * (1 + random.Next(8))], DmaDirection.ToDevice, options, stop.Token)),
                            1 => Held(runs.MapAsync(new byte[4096 * (1 + random.Next(6))], DmaDirection.ToDevice, options, stop.Token)),
                            2 => Held(turns.MapAsync(new byte[4096 * (1 + random.Next(3))], DmaDirection.ToDevice, options, stop.Token)),
                            3 => Held(request is null ? packets.RentAsync(stop.Token) : packets.RentAsync(request, stop.Token)),
                            4 => Held(request is null ? blocks.RentAsync(stop.Token) : blocks.RentAsync(request, stop.Token)),
                            _ => Held(heap.AllocateAsync(64 * (1 + random.Next(30)), request: request, cancellationToken: stop.Token)),
                        };
                        if (random.Next(20) == 0) await stop.CancelAsync();
                        held.Push(await wait);
                        if (random.Next(4) == 0) await Task.Yield();
                    }

                    Interlocked.Increment(ref done);
                }
                catch (DmaDeadlockException)
                {
                    Interlocked.Increment(ref failed);
                }
                catch (OperationCanceledException)
                {
                }

                while (held.TryPop(out IDisposable? one)) one.Dispose();
            }

            Assert.True(request is null or { IsIdle: true });
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(WorkAsync)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(done > 8 * 700, $"{done} rounds ended well");
        Assert.Equal(failed, machine.Domain.Deadlocks);
        Assert.Equal((16, 0), (machine.Domain.MapRegisters.Free, machine.Domain.MapRegisters.Waiting));
        Assert.Equal((3, 3, 0), (packets.Statistics.Free, blocks.Available, heap.Statistics.LivePieces));
    }

    private static async ValueTask<IDisposable> Held<T>(ValueTask<T> wait) where T : IDisposable => await wait;
}
