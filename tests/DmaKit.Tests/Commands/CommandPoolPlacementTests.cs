namespace DmaKit.Tests;

/// <summary>Which packet a tag means, where packets lie, and doorbells that refuse.</summary>
public sealed class CommandPoolPlacementTests
{
    [Fact]
    public void C2_A_tag_names_one_packet_or_none()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        CommandPool<TestPacket, int> pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 5, 5, new CommandPoolOptions { TagBits = 16 });
        var held = new List<Command<TestPacket, int>>();
        while (pool.TryRent(out Command<TestPacket, int> packet)) held.Add(packet);
        Assert.Equal([0, 1, 2, 3, 4], held.Select(p => pool.IndexOf(p.Tag)).Order());
        Assert.Equal(-1, pool.IndexOf(CommandTag.FromWire(7)));
        Assert.Equal(-1, pool.IndexOf(CommandTag.FromWire(held[0].Tag.Wire | 0x1_0000)));
        foreach (Command<TestPacket, int> packet in held) packet.Dispose();
    }

    [Fact]
    public void CB2_Packets_lie_where_they_were_asked_to()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        var options = new CommandPoolOptions { MinimumAddress = new LogicalAddress(0x80_0000), MaximumAddress = new LogicalAddress(0x80_FFFF) };
        CommandPool<TestPacket, int> pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 10_000, 1, options);
        Assert.All(pool.Buffers, b => Assert.True(b.LogicalAddress >= options.MinimumAddress && b.Range.Last <= options.MaximumAddress));
        Assert.InRange(pool.Capacity, 1, 0x1_0000 / 8);
    }

    [Fact]
    public void C4_A_doorbell_that_refuses_after_a_reset_ended_the_command_loses_no_outcome()
    {
        var machine = new TestMachine();
        using var closing = new Closing(machine);
        CommandPool<TestPacket, int> pool = CommandPool<TestPacket, int>.CreateUpTo(machine.Dma, 1, 1);
        machine.Run(async () =>
        {
            for (int round = 0; round < 3; round++)
            {
                Command<TestPacket, int> packet = await pool.RentAsync();
                DmaMapping mapping = await machine.Dma.MapAsync(new byte[100].AsMemory(), DmaDirection.FromDevice);
                CommandOutcome<int> outcome = await packet.PostAsync(mapping, new ResettingDoorbell(machine.Dma), TimeSpan.FromSeconds(1));
                Assert.Equal((CommandStatus.Aborted, false), (outcome.Status, outcome.HasReply));
                Assert.Equal((1, 0), (pool.Statistics.Free, pool.Statistics.Posted));
                Assert.Equal(machine.Dma.Domain.MapRegisters.Capacity, machine.Dma.Domain.MapRegisters.Free);
            }
        });
        Assert.Empty(machine.Platform.Misuse.Reports);
    }

    /// <summary>The device is reset after the command counts as posted, and before it is told.</summary>
    private sealed class ResettingDoorbell(DmaAdapter adapter) : ICommandDoorbell
    {
        public void Ring(LogicalAddress packet, CommandTag tag)
        {
            adapter.DeclareQuiet();
            throw new InvalidOperationException("closed");
        }
    }
}
