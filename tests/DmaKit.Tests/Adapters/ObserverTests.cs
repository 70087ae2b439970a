using DmaKit.Platforms;

namespace DmaKit.Tests;

/// <summary>The one observer seam: it is told of every change of ownership, in order.</summary>
public sealed class ObserverTests
{
    [Fact]
    public void E1_TheObserverSeesEveryChangeOfOwnership()
    {
        var log = new Log();
        var machine = new TestMachine(observer: log);
        using var closing = new Closing(machine);
        CommandPool<TestPacket, int> pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 1, 1);
        machine.Run(async () =>
        {
            DmaMapping mapping = await machine.Dma.MapAsync(new byte[10], DmaDirection.ToDevice);
            Command<TestPacket, int> command = await pool.RentAsync();
            CommandTag tag = command.Tag;
            ValueTask<CommandOutcome<int>> ended = command.PostAsync(mapping, machine.Registers, TestMachine.Doorbell, Timeout.InfiniteTimeSpan);
            pool.Complete(tag, 0, 10);
            await ended;
            machine.Dma.DeclareQuiet();
            await pool.DisposeAsync();
        });
        Assert.Equal(["allocated", "mapped", "rented", "posted", "doorbell", "unmapped 10", "completed Completed", "returned", "freed"], log.Lines);
    }

    private sealed class Log : DmaObserver
    {
        public List<string> Lines { get; } = [];

        public override void OnAllocated(CommonBuffer buffer) => Lines.Add("allocated");

        public override void OnFreed(CommonBuffer buffer, bool quarantined) => Lines.Add(quarantined ? "quarantined" : "freed");

        public override void OnRented(object owner, LogicalRange piece) => Lines.Add("rented");

        public override void OnReturned(object owner, LogicalRange piece) => Lines.Add("returned");

        public override void OnMapped(DmaAdapter adapter, in DmaMapping mapping) => Lines.Add("mapped");

        public override void OnUnmapped(DmaAdapter adapter, in DmaMapping mapping, long bytes) => Lines.Add($"unmapped {bytes}");

        public override void OnPosted(object pool, CommandTag tag, LogicalAddress packet) => Lines.Add("posted");

        public override void OnCompleted(object pool, CommandTag tag, CommandStatus status) => Lines.Add($"completed {status}");

        public override void OnDoorbell(PciFunction function, int bar, long offset, int size, ulong value) => Lines.Add("doorbell");
    }
}
