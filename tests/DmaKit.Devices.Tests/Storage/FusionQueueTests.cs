namespace DmaKit.Devices.Tests;

public sealed class FusionQueueTests
{
    private const uint NoResources = 0x40000006;
    private const uint InvalidState = 0x40000008;

    [Fact]
    public void Posting_before_init_is_a_fault_that_a_message_unit_reset_mends()
    {
        using var bench = new FusionBench();
        bench.Write(0x40, 0x1000);
        Assert.Equal(InvalidState, bench.Read(0));
        bench.Port.RunTurns();
        Assert.Equal(0, bench.Port.MemoryCalls);
        bench.Write(0, 0x40000000);
        Assert.Equal(0x10000000u, bench.Read(0));
    }

    [Fact]
    public void The_129th_request_is_a_fault()
    {
        using FusionBench bench = FusionBench.Ready();
        for (uint i = 0; i < 128; i++) bench.Write(0x40, 0x1000);
        Assert.Equal(0x24000000u, bench.Read(0));
        bench.Write(0x40, 0x1000);
        Assert.Equal(NoResources, bench.Read(0));
    }

    [Fact]
    public void The_129th_free_reply_frame_is_a_fault()
    {
        using FusionBench bench = FusionBench.Ready(replyFrames: 8);
        for (uint i = 0; i < 120; i++) bench.Write(0x44, 0x20000);
        Assert.Equal(0x24000000u, bench.Read(0));
        bench.Write(0x44, 0x20000);
        Assert.Equal(NoResources, bench.Read(0));
    }

    [Fact]
    public void The_129th_waiting_reply_is_a_fault()
    {
        using FusionBench bench = FusionBench.Ready();
        for (uint i = 0; i < 128; i++)
        {
            bench.Post(FusionBench.TestUnitReady(i));
            bench.Port.RunTurns();
        }

        Assert.Equal(0x24000000u, bench.Read(0));
        bench.Post(FusionBench.TestUnitReady(128));
        bench.Port.RunTurns();
        Assert.Equal(NoResources, bench.Read(0));
        Assert.Equal(0u, bench.Read(0x44));
    }

    [Fact]
    public void An_error_without_a_free_reply_frame_is_a_fault()
    {
        using var bench = new FusionBench(disks: [new ScsiDisk(new MemoryDiskImage(512))]);
        bench.BringUp(replyFrames: 0);
        bench.Post(FusionBench.TestUnitReady(1));
        bench.Port.RunTurns();
        Assert.Equal(NoResources, bench.Read(0));
    }

    [Fact]
    public void In_the_fault_state_memory_is_left_alone_and_handshakes_are_ignored()
    {
        using FusionBench bench = FusionBench.Ready();
        for (uint i = 0; i < 129; i++) bench.Write(0x40, 0x1000);
        long calls = bench.Port.MemoryCalls;
        bench.Write(0x40, 0x1000);
        bench.Write(0x44, 0x20000);
        bench.Write(0, 0x42030000);
        bench.Port.RunTurns();
        Assert.Equal(calls, bench.Port.MemoryCalls);
        Assert.Equal(NoResources, bench.Read(0));
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
    }

    [Fact]
    public void Only_the_empty_read_drops_the_interrupt()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Post(FusionBench.TestUnitReady(5));
        bench.Post(FusionBench.TestUnitReady(6), 1);
        int messages = bench.Port.Messages;
        bench.Port.RunTurns();
        Assert.Equal(messages + 1, bench.Port.Messages);
        Assert.Equal(8u, bench.Read(0x30));
        Assert.Equal(5u, bench.Read(0x44));
        Assert.Equal(6u, bench.Read(0x44));
        Assert.True(bench.Port.Line);
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
        Assert.False(bench.Port.Line);
        Assert.Equal(0u, bench.Read(0x30));

        bench.Run(FusionBench.TestUnitReady(7));
        Assert.Equal(messages + 2, bench.Port.Messages);
    }

    [Fact]
    public void A_message_is_sent_for_each_cause_although_the_line_is_up()
    {
        using FusionBench bench = FusionBench.Ready();
        int messages = bench.Port.Messages;
        bench.Write(0, 0x42030000);
        bench.Run(FusionBench.TestUnitReady(5));
        Assert.Equal(messages + 2, bench.Port.Messages);
    }

    [Fact]
    public void Frames_are_fetched_in_a_later_turn_one_command_a_turn()
    {
        using FusionBench bench = FusionBench.Ready();
        long calls = bench.Port.MemoryCalls;
        for (uint i = 0; i < 4; i++) bench.Post(FusionBench.TestUnitReady(10 + i), (int)i);
        Assert.Equal(calls, bench.Port.MemoryCalls);
        for (uint i = 0; i < 4; i++)
        {
            Assert.Equal(uint.MaxValue, bench.Read(0x44));
            Assert.True(bench.Port.Turn());
            Assert.Equal(10 + i, bench.Read(0x44));
        }

        Assert.False(bench.Port.Turn());
    }

    [Fact]
    public void Port_enable_and_event_notification_are_answered_by_address()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] enable = new byte[12];
        enable[3] = 6;
        FusionBench.Put(enable, 8, 0x55);
        byte[] reply = bench.RunForFrame(enable);
        Assert.Equal((5, 6, 0x55u, 0), (reply[2], reply[3], FusionBench.Get(reply, 8), FusionBench.Get16(reply, 0x0E)));

        byte[] notify = new byte[12];
        notify[0] = 1;
        notify[3] = 7;
        FusionBench.Put(notify, 8, 0x66);
        reply = bench.RunForFrame(notify);
        Assert.Equal((8, 7, 0x66u, 0), (reply[2], reply[3], FusionBench.Get(reply, 8), FusionBench.Get16(reply, 0x0E)));
        Assert.Equal((1, 0x80, 0x0Au, 1u), (FusionBench.Get16(reply, 0), reply[7], FusionBench.Get(reply, 0x14), FusionBench.Get(reply, 0x1C)));

        byte[] facts = new byte[12];
        facts[3] = 3;
        reply = bench.RunForFrame(facts);
        Assert.Equal((20, 1), (reply[2], reply[0x27]));
    }

    [Fact]
    public void An_unknown_function_in_the_queue_is_answered_by_address()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = new byte[12];
        frame[3] = 0x31;
        byte[] reply = bench.RunForFrame(frame);
        Assert.Equal((5, 0x31, 1), (reply[2], reply[3], FusionBench.Get16(reply, 0x0E)));
    }

    [Fact]
    public void All_frames_lie_in_the_window_that_init_named()
    {
        using var bench = new FusionBench(high: 3, disks: [new ScsiDisk(new MemoryDiskImage(512 * 16))]);
        bench.BringUp();
        byte[] reply = bench.RunForFrame(FusionBench.TestUnitReady(5));
        Assert.Equal((2, 1, 18u), (reply[0x0C], reply[0x0D], FusionBench.Get(reply, 0x18)));
        Assert.Equal((6, 0x29), bench.Sense());
        Assert.Equal(0, bench.Port.Refusals);
    }

    [Fact]
    public void The_two_low_bits_of_a_request_address_are_ignored()
    {
        using FusionBench bench = FusionBench.Ready();
        FusionBench.TestUnitReady(5).CopyTo(bench.Port.At(0x1000, 512));
        bench.Write(0x40, 0x1003);
        bench.Port.RunTurns();
        Assert.Equal(5u, bench.Read(0x44));
    }

    [Fact]
    public void A_request_frame_that_the_platform_refuses_is_a_fault()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(0x1000), 0x10));
        bench.Post(FusionBench.TestUnitReady(5));
        bench.Port.RunTurns();
        Assert.Equal(0x40008112u, bench.Read(0));
    }

    [Fact]
    public void A_request_frame_that_is_refused_behind_its_header_is_a_fault()
    {
        using FusionBench bench = FusionBench.Ready();
        FusionBench.TestUnitReady(5).CopyTo(bench.Port.At(0x1000, 512));
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(0x1020), 0x10));
        bench.Write(0x40, 0x1000);
        bench.Port.RunTurns();
        Assert.Equal(0x40008112u, bench.Read(0));
    }

    [Theory]
    [InlineData(0xFFFFFFFCu)]
    [InlineData(0xFFFFFFF0u)]
    [InlineData(0xFFFFFFE0u)]
    public void A_request_frame_that_runs_over_the_end_of_the_address_space_is_a_fault(uint low)
    {
        using var bench = new FusionBench(high: 0xFFFFFFFF);
        Assert.Equal(0, bench.Init()[0x0E]);
        bench.Write(0x40, low);
        bench.Port.RunTurns();
        Assert.Equal(0x40008112u, bench.Read(0));
    }

    [Fact]
    public void A_reply_frame_that_the_platform_refuses_is_a_fault()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(FusionBench.ReplyFrames), 0x1000));
        bench.Post(FusionBench.TestUnitReady(5, target: 3));
        bench.Port.RunTurns();
        Assert.Equal(0x40008114u, bench.Read(0));
    }

    [Fact]
    public void Replies_are_cut_to_the_frame_size_that_init_named()
    {
        using var bench = new FusionBench();
        byte[] init = new byte[44];
        (init[0], init[3], init[0x0C]) = (4, 2, 20);
        bench.Handshake(init);
        bench.Port.At(FusionBench.ReplyFrames, 128).Fill(0xEE);
        bench.Write(0x44, (uint)FusionBench.ReplyFrames);
        byte[] reply = bench.RunForFrame(FusionBench.TestUnitReady(5, target: 3));
        Assert.Equal(0x43, FusionBench.Get16(reply, 0x0E));
        Assert.Equal(0xEE, reply[20]);
    }

    [Fact]
    public void Counters_are_an_independent_witness()
    {
        using FusionBench bench = FusionBench.Ready();
        DeviceCounters before = bench.Adapter.Counters;
        for (uint i = 0; i < 10; i++)
        {
            bench.Run(FusionBench.TestUnitReady(i));
            bench.Read(0x44);
        }

        DeviceCounters after = bench.Adapter.Counters;
        Assert.Equal((10, 10, 10), (after.Commands - before.Commands, after.Doorbells - before.Doorbells, after.Interrupts - before.Interrupts));
    }
}
