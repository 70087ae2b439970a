namespace DmaKit.Devices.Tests;

public sealed class FusionTaskTests
{
    private static readonly FusionMptOptions Slow = new() { CommandDelay = TimeSpan.FromMilliseconds(5) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Abort_ends_one_command_and_the_others_run_on(bool byDoorbell)
    {
        using FusionBench bench = Waiting(3);
        byte[] abort = FusionBench.TaskManagement(1, 0x50, 2);
        byte[] reply;
        if (byDoorbell)
        {
            reply = bench.Handshake(abort);
            AssertTerminated(bench, 2, 0x48);
        }
        else
        {
            bench.Post(abort, 10);
            bench.Port.Turn();
            AssertTerminated(bench, 2, 0x48);
            reply = bench.ReplyFrame(bench.Read(0x44));
        }

        Assert.Equal((6, 1, 1, 0x50u), (reply[2], reply[3], reply[5], FusionBench.Get(reply, 8)));
        Assert.Equal((0, 0, 1u), (reply[4], FusionBench.Get16(reply, 0x0E), FusionBench.Get(reply, 0x14)));
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1u, 3u, uint.MaxValue), (bench.Read(0x44), bench.Read(0x44), bench.Read(0x44)));
    }

    [Fact]
    public void Abort_of_a_command_that_is_not_there_ends_nothing()
    {
        using FusionBench bench = Waiting(1);
        byte[] reply = bench.Handshake(FusionBench.TaskManagement(1, 0x50, 77));
        Assert.Equal((0, 0u), (FusionBench.Get16(reply, 0x0E), FusionBench.Get(reply, 0x14)));
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1u, bench.Read(0x44));
    }

    [Fact]
    public void Abort_in_the_middle_of_a_transfer_stops_it()
    {
        using FusionBench bench = FusionBench.Ready(blocks: 8192);
        bench.Post(FusionBench.ReadBlocks(1, 0, 6000));
        Assert.True(bench.Port.Turn());
        bench.Handshake(FusionBench.TaskManagement(1, 0x50, 1));
        byte[] reply = bench.ReplyFrame(bench.Read(0x44));
        Assert.Equal((0x48, 1u << 20), (FusionBench.Get16(reply, 0x0E), FusionBench.Get(reply, 0x14)));
        long calls = bench.Port.MemoryCalls;
        bench.Port.RunTurns();
        Assert.Equal(calls, bench.Port.MemoryCalls);
        Assert.Equal(2u, bench.Run(FusionBench.TestUnitReady(2)));
    }

    [Fact]
    public void Through_the_doorbell_abort_finds_a_command_that_was_not_fetched_yet()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Post(FusionBench.TestUnitReady(5));
        byte[] reply = bench.Handshake(FusionBench.TaskManagement(1, 0x50, 5));
        Assert.Equal(1u, FusionBench.Get(reply, 0x14));
        AssertTerminated(bench, 5, 0x48);
        bench.Port.RunTurns();
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
    }

    [Fact]
    public void Through_the_doorbell_it_stands_although_another_waits_in_the_queue()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Post(FusionBench.TaskManagement(7, 0x60, 9), 1);
        byte[] reply = bench.Handshake(FusionBench.TaskManagement(3, 0x50, 0));
        Assert.Equal((3, 0x50u), (reply[5], FusionBench.Get(reply, 8)));
        Assert.Equal(0x60u, FusionBench.Get(bench.ReplyFrame(bench.Read(0x44)), 8));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(6, false)]
    [InlineData(3, true)]
    [InlineData(5, true)]
    public void Whole_targets_are_ended_and_resets_leave_a_unit_attention(byte type, bool attention)
    {
        using FusionBench bench = Waiting(3);
        byte[] reply = bench.Handshake(FusionBench.TaskManagement(type, 0x50, 0));
        Assert.Equal(3u, FusionBench.Get(reply, 0x14));
        for (uint i = 1; i <= 3; i++) AssertTerminated(bench, i, 0x48);
        bench.Post(FusionBench.TestUnitReady(9));
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        uint answer = bench.Read(0x44);
        if (attention)
        {
            Assert.Equal(2, bench.ReplyFrame(answer)[0x0C]);
            Assert.Equal((6, 0x29), bench.Sense());
            Assert.Equal(3, bench.Port.At(FusionBench.SenseBuffer, 18)[13]);
        }
        else
        {
            Assert.Equal(9u, answer);
        }
    }

    [Fact]
    public void Bus_reset_ends_the_commands_of_all_targets()
    {
        ScsiDisk[] disks = [new(new MemoryDiskImage(512)), new(new MemoryDiskImage(512))];
        using var bench = new FusionBench(Slow, disks: disks);
        bench.BringUp();
        bench.Post(FusionBench.TestUnitReady(1), 0);
        bench.Post(FusionBench.TestUnitReady(2, target: 1), 1);
        bench.Port.RunTurns();
        byte[] reply = bench.Handshake(FusionBench.TaskManagement(4, 0x50, 0));
        Assert.Equal(2u, FusionBench.Get(reply, 0x14));
        AssertTerminated(bench, 1, 0x4B);
        AssertTerminated(bench, 2, 0x4B);
    }

    [Fact]
    public void Query_says_whether_a_command_is_there()
    {
        using FusionBench bench = Waiting(1);
        Assert.Equal(8, bench.Handshake(FusionBench.TaskManagement(7, 0x50, 1))[4]);
        Assert.Equal(0, bench.Handshake(FusionBench.TaskManagement(7, 0x50, 2))[4]);
    }

    [Theory]
    [InlineData(0, 0, 0x4A, 4)]
    [InlineData(200, 0, 0x4A, 4)]
    [InlineData(1, 5, 0x43, 0)]
    [InlineData(1, 8, 0x42, 0)]
    public void Wrong_task_management_is_refused(byte type, byte target, int status, byte response)
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] reply = bench.Handshake(FusionBench.TaskManagement(type, 0x50, 0, target));
        Assert.Equal((status, response), (FusionBench.Get16(reply, 0x0E), reply[4]));
    }

    [Fact]
    public void Before_init_task_management_is_an_invalid_state()
    {
        using var bench = new FusionBench();
        Assert.Equal(8, FusionBench.Get16(bench.Handshake(FusionBench.TaskManagement(4, 0x50, 0)), 0x0E));
    }

    [Fact]
    public void Ending_more_commands_than_there_are_free_frames_is_a_fault()
    {
        using FusionBench bench = Waiting(3, replyFrames: 2);
        bench.Post(FusionBench.TaskManagement(3, 0x50, 0), 10);
        bench.Port.RunTurns();
        Assert.Equal(0x40000006u, bench.Read(0));
    }

    private static void AssertTerminated(FusionBench bench, uint context, int status)
    {
        byte[] reply = bench.ReplyFrame(bench.Read(0x44));
        Assert.Equal((0, context, status, 0x0C), (reply[3], FusionBench.Get(reply, 8), FusionBench.Get16(reply, 0x0E), reply[0x0D]));
    }

    private static FusionBench Waiting(uint commands, int replyFrames = 8)
    {
        var bench = new FusionBench(Slow, disks: [new ScsiDisk(new MemoryDiskImage(512 * 64))]);
        bench.BringUp(replyFrames);
        bench.Post(FusionBench.TestUnitReady(0));
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        bench.ReplyFrame(bench.Read(0x44));
        for (uint i = 1; i <= commands; i++) bench.Post(FusionBench.TestUnitReady(i), (int)i);
        bench.Port.RunTurns();
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
        return bench;
    }
}
