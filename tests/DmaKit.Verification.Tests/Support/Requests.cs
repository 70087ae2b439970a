namespace DmaKit.Verification.Tests;

/// <summary>Commands of a card whose doorbell is a register of the edu device that does nothing, and which answers when the driver says so.</summary>
internal static class Requests
{
    /// <summary>The register that takes a packet's address.</summary>
    public const long Doorbell = 4;

    /// <summary>Packets that the card only reads, with 16 bytes behind each.</summary>
    public static CommandPool<RequestFrame, int> Create(RuleBench bench) =>
        CommandPool<RequestFrame, int>.CreateUpTo(bench.Dma, 8, 8, new CommandPoolOptions { Name = "request frames", TrailingBytes = 16, DeviceOnlyReads = true });

    public static ValueTask<CommandOutcome<int>> Post(this Command<RequestFrame, int> command, RuleBench bench, DmaMapping mapping = default) =>
        command.PostAsync(mapping, bench.Registers, Doorbell, Timeout.InfiniteTimeSpan);

    /// <summary>Has the card give a packet back, and takes the outcome.</summary>
    public static async Task AnswerAsync(
        this CommandPool<RequestFrame, int> pool, RuleBench bench, CommandTag tag, ValueTask<CommandOutcome<int>> posted, long bytes = 0)
    {
        Assert.Equal(TagVerdict.Accepted, pool.Complete(tag, 0, bytes));
        bench.Machine.RunUntilIdle();
        Assert.Equal(CommandStatus.Completed, (await posted).Status);
    }
}
