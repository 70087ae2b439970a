namespace DmaKit.Devices.Tests;

public sealed class FusionScsiIoTests
{
    private const uint ReadControl = 0x02000000;
    private const uint WriteControl = 0x01000000;

    [Fact]
    public void Written_blocks_read_back_and_good_commands_reply_with_their_context_alone()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] data = Pattern(64 * 512);
        data.CopyTo(bench.Port.At(FusionBench.Data, data.Length));
        Assert.Equal(0x1234u, bench.Run(FusionBench.WriteBlocks(0x1234, 100, 64)));
        bench.Port.At(FusionBench.Data, data.Length).Clear();
        Assert.Equal(0x7FFFFFFFu, bench.Run(FusionBench.ReadBlocks(0x7FFFFFFF, 100, 64)));
        Assert.Equal(data, bench.Port.At(FusionBench.Data, data.Length).ToArray());
    }

    [Fact]
    public void A_command_longer_than_a_turn_s_share_takes_several_turns_and_moves_every_byte()
    {
        using FusionBench bench = FusionBench.Ready(blocks: 8192);
        const ushort blocks = 6000;
        byte[] data = Pattern(blocks * 512);
        data.CopyTo(bench.Port.At(FusionBench.Data, data.Length));
        bench.Post(FusionBench.WriteBlocks(1, 7, blocks));
        Assert.Equal(3, bench.Port.RunTurns());
        Assert.Equal(1u, bench.Read(0x44));
        bench.Port.At(FusionBench.Data, data.Length).Clear();
        bench.Post(FusionBench.ReadBlocks(2, 7, blocks));
        Assert.True(bench.Port.Turn());
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
        bench.Port.RunTurns();
        Assert.Equal(2u, bench.Read(0x44));
        Assert.Equal(data, bench.Port.At(FusionBench.Data, data.Length).ToArray());
    }

    [Fact]
    public void The_first_command_after_reset_finds_a_unit_attention_once()
    {
        using var bench = new FusionBench(disks: [new ScsiDisk(new MemoryDiskImage(512))]);
        bench.BringUp();
        byte[] reply = bench.RunForFrame(FusionBench.TestUnitReady(9));
        Assert.Equal((9, 0, 9u), (reply[2], reply[3], FusionBench.Get(reply, 8)));
        Assert.Equal((2, 1, 0), (reply[0x0C], reply[0x0D], FusionBench.Get16(reply, 0x0E)));
        Assert.Equal(18u, FusionBench.Get(reply, 0x18));
        Assert.Equal((6, 0x29), bench.Sense());
        Assert.Equal(10u, bench.Run(FusionBench.TestUnitReady(10)));
    }

    [Theory]
    [InlineData(1, 0, 0x43)]
    [InlineData(7, 0, 0x43)]
    [InlineData(8, 0, 0x42)]
    [InlineData(255, 0, 0x42)]
    [InlineData(0, 1, 0x41)]
    public void Missing_targets_and_buses_are_named(byte target, byte bus, int status)
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = FusionBench.TestUnitReady(9, target);
        frame[1] = bus;
        byte[] reply = bench.RunForFrame(frame);
        Assert.Equal((status, target, bus, 4, 0), (FusionBench.Get16(reply, 0x0E), reply[0], reply[1], reply[0x0D], reply[0x0C]));
    }

    [Fact]
    public void Eight_disks_answer_by_target_id()
    {
        var disks = new ScsiDisk[8];
        for (int i = 0; i < 8; i++) disks[i] = new ScsiDisk(new MemoryDiskImage((i + 1) * 512));
        using var bench = new FusionBench(disks: disks);
        bench.BringUp();
        for (byte i = 0; i < 8; i++)
        {
            bench.ClearAttention(i);
            Assert.Equal(50u + i, bench.Run(FusionBench.ScsiIo(FusionBench.Cdb10(0x25, 0, 0), 50u + i, 8, ReadControl, i)));
            Assert.Equal(i, bench.Port.At(FusionBench.Data, 8)[3]);
        }
    }

    [Fact]
    public void More_bytes_in_the_command_block_than_in_the_request_is_an_overrun_that_moves_nothing()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.At(FusionBench.Data, 1024).Fill(0x5A);
        byte[] reply = bench.RunForFrame(FusionBench.ScsiIo(FusionBench.Cdb10(0x2A, 0, 2), 3, 512, WriteControl));
        Assert.Equal((0x44, 0u, 4), (FusionBench.Get16(reply, 0x0E), FusionBench.Get(reply, 0x14), reply[0x0D]));
        bench.Run(FusionBench.ReadBlocks(4, 0, 2));
        Assert.Equal(0, bench.Port.At(FusionBench.Data, 1)[0]);
    }

    [Theory]
    [InlineData(0x28, WriteControl)]
    [InlineData(0x2A, ReadControl)]
    [InlineData(0x28, 0u)]
    public void A_direction_that_is_not_the_command_s_is_an_overrun(byte opcode, uint control)
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] reply = bench.RunForFrame(FusionBench.ScsiIo(FusionBench.Cdb10(opcode, 0, 1), 3, 512, control));
        Assert.Equal(0x44, FusionBench.Get16(reply, 0x0E));
    }

    [Fact]
    public void Fewer_bytes_than_the_request_has_is_an_underrun_with_the_count_that_moved()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] reply = bench.RunForFrame(FusionBench.ScsiIo(FusionBench.Cdb10(0x28, 0, 1), 3, 2048, ReadControl));
        Assert.Equal((0x45, 512u, 0, 0), (FusionBench.Get16(reply, 0x0E), FusionBench.Get(reply, 0x14), reply[0x0C], reply[0x0D]));
    }

    [Fact]
    public void Check_condition_with_data_not_moved_is_an_underrun_with_sense()
    {
        using FusionBench bench = FusionBench.Ready(blocks: 10);
        byte[] reply = bench.RunForFrame(FusionBench.ReadBlocks(3, 10, 1));
        Assert.Equal((0x45, 0u, 2, 1), (FusionBench.Get16(reply, 0x0E), FusionBench.Get(reply, 0x14), reply[0x0C], reply[0x0D]));
        Assert.Equal((5, 0x21), bench.Sense());
    }

    [Theory]
    [InlineData(0, 2, 0u)]
    [InlineData(8, 1, 8u)]
    [InlineData(255, 1, 18u)]
    public void Sense_is_cut_to_the_driver_s_buffer(byte room, byte state, uint count)
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.At(FusionBench.SenseBuffer, 32).Fill(0xEE);
        byte[] reply = bench.RunForFrame(FusionBench.ScsiIo([0xFF, 0, 0, 0, 0, 0], 3, 0, 0, sense: room));
        Assert.Equal((state, count), (reply[0x0D], FusionBench.Get(reply, 0x18)));
        Assert.Equal(0xEE, bench.Port.At(FusionBench.SenseBuffer, 32)[(int)count]);
    }

    [Fact]
    public void A_sense_buffer_that_the_platform_refuses_leaves_the_sense_out()
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(FusionBench.SenseBuffer), 1));
        byte[] reply = bench.RunForFrame(FusionBench.ScsiIo([0xFF, 0, 0, 0, 0, 0], 3, 0, 0));
        Assert.Equal((2, 2, 0u), (reply[0x0C], reply[0x0D], FusionBench.Get(reply, 0x18)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Data_that_the_platform_refuses_is_a_data_error(bool write)
    {
        using FusionBench bench = FusionBench.Ready();
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(FusionBench.Data + 70_000), 1));
        byte[] reply = bench.RunForFrame(write ? FusionBench.WriteBlocks(3, 0, 256) : FusionBench.ReadBlocks(3, 0, 256));
        Assert.Equal((0x46, 4, 65536u), (FusionBench.Get16(reply, 0x0E), reply[0x0D], FusionBench.Get(reply, 0x14)));
        Assert.Equal(9u, bench.Run(FusionBench.TestUnitReady(9)));
    }

    [Fact]
    public void A_zero_length_request_reads_no_list()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = FusionBench.TestUnitReady(9);
        frame.AsSpan(0x30).Fill(0xFF);
        Assert.Equal(9u, bench.Run(frame));
        Assert.Equal(10u, bench.Run(FusionBench.ReadBlocks(10, 0, 0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(255)]
    public void A_command_block_of_no_legal_length_is_an_invalid_field(byte length)
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = FusionBench.TestUnitReady(9);
        frame[4] = length;
        Assert.Equal(7, FusionBench.Get16(bench.RunForFrame(frame), 0x0E));
    }

    [Fact]
    public void Both_directions_at_once_is_an_invalid_field()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = FusionBench.ReadBlocks(9, 0, 1);
        FusionBench.Put(frame, 0x14, 0x03000000);
        Assert.Equal(7, FusionBench.Get16(bench.RunForFrame(frame), 0x0E));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public void Another_unit_is_not_supported_but_answers_inquiry(byte lun)
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = FusionBench.TestUnitReady(9);
        frame[0x0D] = lun;
        Assert.Equal(2, bench.RunForFrame(frame)[0x0C]);
        Assert.Equal((5, 0x25), bench.Sense());
        Assert.Equal(10u, bench.Run(FusionBench.ScsiIo([0x12, 0, 0, 0, 36, 0], 10, 36, ReadControl, lun: lun)));
        Assert.Equal(0x7F, bench.Port.At(FusionBench.Data, 1)[0]);
    }

    [Fact]
    public void A_unit_addressed_another_way_is_not_supported()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] frame = FusionBench.TestUnitReady(9);
        frame[0x0C] = 0x40;
        Assert.Equal(2, bench.RunForFrame(frame)[0x0C]);
        Assert.Equal((5, 0x25), bench.Sense());
    }

    [Fact]
    public void Commands_of_one_disk_run_in_order_and_other_disks_are_not_held_up()
    {
        ScsiDisk[] disks = [new(new MemoryDiskImage(4 << 20)), new(new MemoryDiskImage(512))];
        using var bench = new FusionBench(disks: disks);
        bench.BringUp();
        bench.ClearAttention(0);
        bench.ClearAttention(1);
        bench.Post(FusionBench.ReadBlocks(1, 0, 6000), 0);
        bench.Post(FusionBench.TestUnitReady(2), 1);
        bench.Post(FusionBench.TestUnitReady(3, target: 1), 2);
        bench.Port.RunTurns();
        Assert.Equal([3u, 1u, 2u], new[] { bench.Read(0x44), bench.Read(0x44), bench.Read(0x44) });
    }

    [Fact]
    public void A_command_delay_is_kept_by_the_port_s_clock()
    {
        using var bench = new FusionBench(new FusionMptOptions { CommandDelay = TimeSpan.FromMilliseconds(5) }, disks: [new ScsiDisk(new MemoryDiskImage(512))]);
        bench.BringUp();
        bench.Post(FusionBench.TestUnitReady(1));
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        bench.ReplyFrame(bench.Read(0x44));
        bench.Post(FusionBench.TestUnitReady(2));
        bench.Port.Advance(TimeSpan.FromMilliseconds(2));
        bench.Post(FusionBench.TestUnitReady(3));
        bench.Port.Advance(TimeSpan.FromMilliseconds(2.9));
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
        bench.Port.Advance(TimeSpan.FromMilliseconds(0.1));
        Assert.Equal((2u, uint.MaxValue), (bench.Read(0x44), bench.Read(0x44)));
        bench.Port.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(3u, bench.Read(0x44));
    }

    [Fact]
    public void Steady_state_allocates_nothing_per_command()
    {
        using FusionBench bench = FusionBench.Ready();
        byte[] write = FusionBench.WriteBlocks(1, 0, 256);
        byte[] read = FusionBench.ReadBlocks(2, 0, 256);
        byte[] wrong = FusionBench.ReadBlocks(3, 5000, 1);
        long bytes = 0;
        for (int round = 0; round < 60; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            bench.Post(write, 0);
            bench.Post(read, 1);
            bench.Post(wrong, 2);
            while (bench.Port.Turn())
            {
            }

            uint first = bench.Read(0x44), second = bench.Read(0x44), third = bench.Read(0x44);
            bench.Write(0x44, third << 1);
            if (round >= 50) bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal((1u, 2u), (first, second));
        }

        Assert.Equal(0, bytes);
    }

    [Fact]
    public void A_reset_forgets_delayed_commands()
    {
        using var bench = new FusionBench(new FusionMptOptions { CommandDelay = TimeSpan.FromMilliseconds(5) }, disks: [new ScsiDisk(new MemoryDiskImage(512))]);
        bench.BringUp();
        bench.Post(FusionBench.TestUnitReady(1));
        bench.Port.RunTurns();
        bench.Adapter.Reset();
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(uint.MaxValue, bench.Read(0x44));
        Assert.Equal(0, bench.Port.Waiting);
    }

    private static byte[] Pattern(int length)
    {
        byte[] data = new byte[length];
        new Random(11).NextBytes(data);
        return data;
    }
}
