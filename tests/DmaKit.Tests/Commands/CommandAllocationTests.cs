namespace DmaKit.Tests;

/// <summary>From renting to the awaited outcome nothing is allocated.</summary>
public sealed class CommandAllocationTests
{
    [Fact]
    public void C6_RentMapPostAndAwaitAllocateNothing()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        CommandPool<TestPacket, int> pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 4, 1);
        byte[] managed = new byte[5000];
        using var stop = new CancellationTokenSource();
        long allocated = long.MaxValue;
        machine.Run(async () =>
        {
            for (int round = 0; round < 3; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 2000; i++)
                {
                    DmaMapping mapping = await machine.Dma.MapAsync(managed.AsMemory(), DmaDirection.Both, stop.Token);
                    Command<TestPacket, int> command = await pool.RentAsync(stop.Token);
                    CommandTag tag = command.Tag;
                    ValueTask<CommandOutcome<int>> ended = command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, TimeSpan.FromSeconds(5), stop.Token);
                    pool.Complete(tag, i, 5000);
                    await ended;
                }

                allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        });
        Assert.True(allocated < 2000, $"{allocated} bytes for 2,000 commands");
    }
}
