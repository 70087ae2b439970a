using System.Buffers.Binary;

namespace DmaKit.Devices.Tests;

public sealed class MailboxDeviceTests : IDisposable
{
    private const ulong First = 0x1000;
    private const ulong Data = 0x40000;

    private readonly TestPort _port = new();
    private MailboxDevice _device = new();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Identity_and_constant_registers()
    {
        Attach(new MailboxOptions());
        DeviceIdentity identity = _device.Identity;
        Assert.Equal((0xDA0A, 0x0001, 0x088000), (identity.VendorId, identity.DeviceId, identity.ClassCode));
        Assert.Equal([new BarSpecification(0, 4096)], identity.Bars);
        Assert.Equal((0x584F424Du, 5u, 256u, 1u << 20), (Read(0), Read(4), Read(8), Read(0x0C)));
        Assert.Equal(0xFFu, _device.Read(0, 0, 1));
        Assert.Equal(ulong.MaxValue, _device.Read(0, 0x10, 8));
        Assert.Equal(uint.MaxValue, _device.Read(1, 0, 4));
        Assert.Equal(0u, Read(0x100));
    }

    [Theory]
    [InlineData(true, false, 0x101u)]
    [InlineData(false, true, 0x205u)]
    [InlineData(true, true, 0x301u)]
    public void Capabilities_name_the_options(bool contiguous, bool aligned, uint expected)
    {
        Attach(new MailboxOptions { NeedsContiguous = contiguous, NeedsPageAligned = aligned });
        Assert.Equal(expected, Read(4));
    }

    [Fact]
    public void Write_then_read_moves_data_through_five_elements()
    {
        Start();
        byte[] data = new byte[5000];
        new Random(1).NextBytes(data);
        (ulong, uint)[] list = [(Data, 1), (Data + 0x1003, 2000), (Data + 0x3000, 0), (Data + 0x2000, 2999), (Data + 0x5001, 0)];
        data.AsSpan(0, 1).CopyTo(_port.At(Data, 1));
        data.AsSpan(1, 2000).CopyTo(_port.At(Data + 0x1003, 2000));
        data.AsSpan(2001).CopyTo(_port.At(Data + 0x2000, 2999));
        Assert.Equal((1u, 5000u), Run(First, opcode: 2, context: 7, offset: 123, length: 5000, list));
        Assert.Equal((1u, 5000u), Run(First, opcode: 1, context: 8, offset: 123, length: 5000, (Data + 0x10000, 5000)));
        Assert.Equal(data, _port.At(Data + 0x10000, 5000).ToArray());
    }

    [Fact]
    public void Fill_and_checksum_work_on_the_device_s_memory()
    {
        Start();
        "Wikipedia"u8.CopyTo(_port.At(Data, 9));
        Run(First, 2, 1, 0, 9, (Data, 9));
        Run(First, 4, 2, 0, 9);
        Assert.Equal(0x11E60398u, Field(First, 0x20));
        Run(First, 3, 5, 0, 1 << 20);
        byte[] all = Packet(3, 5, 0, 1 << 20);
        all[16] = 0xFF;
        RunPacket(all);
        Run(First, 4, 6, 0, 1 << 20);
        Assert.Equal(Adler32OfOnes(1 << 20), Field(First, 0x20));
        Assert.Equal((1u, 0u), Run(First, 3, 3, 0, 1 << 20));
        Assert.Equal((1u, 4u), Run(First, 1, 4, (1 << 20) - 4, 4, (Data, 4)));
        Assert.Equal(0x5A5A5A5Au, BinaryPrimitives.ReadUInt32LittleEndian(_port.At(Data, 4)));
    }

    [Fact]
    public void The_device_links_queued_packets_through_their_scratch()
    {
        Attach(new MailboxOptions());
        for (uint i = 0; i < 3; i++) Post(First + i * 128, 3, 10 + i);
        Assert.Equal(3u, Read(0x2C));
        Assert.Equal((1u, 0u), (Field(First, 0x28), Field(First, 0x2C)));
        Assert.Equal((ulong)First + 128, Field64(First, 0x30));
        Assert.Equal((1u, 2u), (Field(First + 256, 0x28), Field(First + 256, 0x2C)));
        Assert.Equal(0ul, Field64(First + 256, 0x30));
        Assert.Equal(0, _port.Waiting);

        Write(0x1C, 7);
        Assert.True(_port.Turn());
        Assert.Equal((2u, 3u, 1u), (Read(0x2C), Field(First, 0x28), Field(First + 128, 0x28)));
        _port.RunTurns();
        Assert.Equal([10u, 11u, 12u, uint.MaxValue], new[] { Read(0x18), Read(0x18), Read(0x18), Read(0x18) });
        Assert.Equal(new DeviceCounters(3, 3, 1), _device.Counters);
    }

    [Fact]
    public void A_packet_posted_while_others_wait_is_done_after_them()
    {
        Start();
        Post(First, 3, 1);
        Post(First + 128, 3, 2);
        _port.Turn();
        Post(First + 256, 3, 3);
        _port.RunTurns();
        Assert.Equal([1u, 2u, 3u], new[] { Read(0x18), Read(0x18), Read(0x18) });
    }

    [Fact]
    public void Only_the_empty_read_drops_the_interrupt_and_control_masks_it()
    {
        Attach(new MailboxOptions());
        Write(0x1C, 1);
        Post(First, 3, 1);
        _port.RunTurns();
        Assert.Equal((1u, false), (Read(0x20), _port.Line));
        Write(0x1C, 3);
        Assert.True(_port.Line);
        Assert.Equal(1u, Read(0x18));
        Assert.True(_port.Line);
        Assert.Equal(uint.MaxValue, Read(0x18));
        Assert.False(_port.Line);
        Assert.Equal((0u, 1), (Read(0x20), _port.Messages));
    }

    [Fact]
    public void Packets_and_data_may_lie_above_4_gib_and_8_bytes_post_at_once()
    {
        var high = new TestPort(0x20000, 5UL << 32);
        using var device = new MailboxDevice();
        device.Attach(high);
        device.Write(0, 0x1C, 4, 7);
        Packet(3, 42, 0, 16).CopyTo(high.At((5UL << 32) + 0x1000, 128));
        device.Write(0, 0x10, 8, (5UL << 32) + 0x1000);
        high.RunTurns();
        Assert.Equal(42u, device.Read(0, 0x18, 4));
        device.Write(0, 0x14, 4, 5);
        device.Write(0, 0x10, 4, 0x1000);
        high.RunTurns();
        Assert.Equal(42u, device.Read(0, 0x18, 4));
        Assert.Equal((0, 5u), (high.Refusals, device.Read(0, 0x14, 4)));
    }

    [Theory]
    [InlineData(0, 0u, 0u, 2u)]
    [InlineData(5, 0u, 0u, 2u)]
    [InlineData(3, 1u, 1048576u, 3u)]
    [InlineData(4, uint.MaxValue, uint.MaxValue, 3u)]
    [InlineData(1, 0u, 1u, 7u)]
    public void Wrong_packets_get_a_status_and_their_context_back(ushort opcode, uint offset, uint length, uint status)
    {
        Start();
        Assert.Equal((status, 0u), Run(First, opcode, 9, offset, length));
        Assert.Equal(0u, Read(0x24));
    }

    [Fact]
    public void Six_elements_are_too_many()
    {
        Start();
        byte[] packet = Packet(1, 9, 0, 0);
        packet[2] = 6;
        Assert.Equal(4u, RunPacket(packet));
    }

    [Fact]
    public void A_device_that_needs_contiguous_data_refuses_two_elements()
    {
        Attach(new MailboxOptions { NeedsContiguous = true });
        Write(0x1C, 7);
        Assert.Equal((5u, 0u), Run(First, 2, 9, 0, 8, (Data, 4), (Data + 4, 4)));
        Assert.Equal((1u, 8u), Run(First, 2, 9, 0, 8, (Data + 1, 8)));
    }

    [Fact]
    public void A_device_that_needs_page_aligned_elements_refuses_others()
    {
        Attach(new MailboxOptions { NeedsPageAligned = true });
        Write(0x1C, 7);
        Assert.Equal((6u, 0u), Run(First, 2, 9, 0, 8, (Data, 4), (Data + 0x1004, 4)));
        Assert.Equal((1u, 8u), Run(First, 2, 9, 0, 8, (Data, 4), (Data + 0x1000, 4)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Data_that_the_platform_refuses_is_counted_up_to_there(ushort opcode)
    {
        Start();
        _port.Refused.Add(new LogicalRange(new LogicalAddress(Data + 0x1000), 0x1000));
        Assert.Equal((8u, 100u), Run(First, opcode, 9, 0, 300, (Data, 100), (Data + 0x1000, 200)));
    }

    [Fact]
    public void The_reserved_context_is_an_error_and_the_next_packet_goes_on()
    {
        Start();
        Post(First, 3, uint.MaxValue);
        Post(First + 128, 3, 5);
        _port.RunTurns();
        Assert.Equal((9u, 5u), (Field(First, 0x18), Read(0x24)));
        Assert.Equal((First, 3u), (Read(0x30), Read(0x20)));
        Assert.Equal((5u, uint.MaxValue), (Read(0x18), Read(0x18)));
        Assert.True(_port.Line);
        Write(0x24, 0);
        Assert.Equal((false, 0u, 0u, 0u), (_port.Line, Read(0x24), Read(0x30), Read(0x20)));
    }

    [Fact]
    public void A_misaligned_packet_is_an_error_and_untouched()
    {
        Start();
        Write(0x10, (uint)First + 4);
        Assert.Equal((1u, First + 4, 0u, 0L), (Read(0x24), Read(0x30), Read(0x2C), _port.MemoryCalls));
    }

    [Fact]
    public void A_packet_that_the_platform_refuses_is_an_error_and_not_queued()
    {
        Start();
        Post(First, 3, 1);
        _device.Write(0, 0x10, 8, 0xFFFF_FFFF_FFFF_FFF8);
        Assert.Equal((2u, 1u, 0xFFFFFFF8u, 0xFFFFFFFFu), (Read(0x24), Read(0x2C), Read(0x30), Read(0x34)));
        _port.RunTurns();
        Assert.Equal(1u, Read(0x18));
    }

    [Fact]
    public void The_257th_packet_is_an_error_until_a_context_is_read()
    {
        Start();
        for (uint i = 0; i < 256; i++)
        {
            Post(First + i * 128, 3, i);
            if (i == 100) _port.RunTurns();
        }

        Post(First + 256 * 128, 3, 256);
        Assert.Equal(3u, Read(0x24));
        Assert.Equal(0u, Read(0x18));
        Write(0x24, 0);
        Post(First + 256 * 128, 3, 256);
        Assert.Equal(0u, Read(0x24));
        _port.RunTurns();
        for (uint i = 1; i <= 256; i++) Assert.Equal(i, Read(0x18));
        Assert.Equal(uint.MaxValue, Read(0x18));
    }

    [Theory]
    [InlineData(0x28)]
    [InlineData(0x2C)]
    [InlineData(0x30)]
    public void A_driver_that_writes_into_the_scratch_breaks_the_queue_and_the_device_stops(int word)
    {
        Start();
        for (uint i = 0; i < 3; i++) Post(First + i * 128, 3, i);
        _port.At(First, 128)[word + 1] ^= 0x40;
        _port.RunTurns();
        Assert.Equal((4u, 0u), (Read(0x24), Read(0x2C)));
        Post(First + 1024, 3, 7);
        Assert.Equal(0, _port.RunTurns());
        Write(0x28, 1);
        Write(0x1C, 7);
        Assert.Equal((1u, 0u), Run(First, 3, 8, 0, 0));
    }

    [Fact]
    public void A_packet_posted_twice_breaks_the_queue_in_bounded_turns()
    {
        Start();
        Post(First, 3, 1);
        Post(First + 128, 3, 2);
        Post(First, 3, 1);
        Assert.True(_port.RunTurns() <= 3);
        Assert.Equal(4u, Read(0x24));
    }

    [Fact]
    public void Reset_stops_everything_and_forgets_the_queue()
    {
        Attach(new MailboxOptions { PacketDelay = TimeSpan.FromMilliseconds(10) });
        Write(0x1C, 7);
        Post(First, 3, 1);
        _port.Advance(TimeSpan.FromMilliseconds(10));
        Assert.True(_port.Line);
        Post(First, 3, 2);
        Write(0x28, 1);
        long calls = _port.MemoryCalls;
        _port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((calls, 0, false), (_port.MemoryCalls, _port.Waiting, _port.Line));
        Assert.Equal((0u, 0u, 0u, uint.MaxValue), (Read(0x1C), Read(0x20), Read(0x2C), Read(0x18)));
    }

    [Fact]
    public void Each_packet_takes_the_delay()
    {
        Attach(new MailboxOptions { PacketDelay = TimeSpan.FromMilliseconds(10) });
        Write(0x1C, 7);
        Post(First, 3, 1);
        Post(First + 128, 3, 2);
        _port.Advance(TimeSpan.FromMilliseconds(19));
        Assert.Equal((1u, uint.MaxValue), (Read(0x18), Read(0x18)));
        _port.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2u, Read(0x18));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MailboxOptions { PacketDelay = TimeSpan.FromTicks(-1) });
    }

    [Fact]
    public void Stopping_lets_queued_packets_wait()
    {
        Start();
        Post(First, 3, 1);
        Write(0x1C, 6);
        _port.RunTurns();
        Assert.Equal((1u, uint.MaxValue), (Read(0x2C), Read(0x18)));
        Write(0x1C, 7);
        _port.RunTurns();
        Assert.Equal(1u, Read(0x18));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Random_registers_and_garbage_packets_never_throw_and_never_hang(int seed)
    {
        var random = new Random(seed);
        Start();
        try
        {
            for (int i = 0; i < 8_000; i++)
            {
                if (random.Next(16) == 0) random.NextBytes(_port.At(First, 0x4000));
                if (random.Next(3) == 0) Post(First + (ulong)random.Next(0x400) * 4, (ushort)random.Next(6), (uint)random.Next(), (uint)random.Next(2_000_000));
                else if (random.Next(2) == 0) _device.Read(random.Next(2), random.Next(16) * 4, 1 << random.Next(4));
                else _device.Write(0, random.Next(16) * 4, random.Next(4) == 0 ? 8 : 4, (ulong)random.NextInt64());
                if (random.Next(4) == 0) _port.RunTurns(1000);
                if (random.Next(64) == 0) Write(0x1C, 7);
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"Seed {seed}: {e}");
        }

        Assert.True(_device.Counters.Commands > 0, $"Seed {seed}: no packet ran.");
    }

    [Fact]
    public void Steady_state_allocates_nothing_per_packet()
    {
        Start();
        byte[] packet = Packet(2, 1, 0, 4096, (Data, 4096));
        long bytes = 0;
        for (int round = 0; round < 60; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            packet.CopyTo(_port.At(First, 128));
            Write(0x10, (uint)First);
            while (_port.Turn())
            {
            }

            uint context = Read(0x18);
            if (round >= 50) bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(1u, context);
        }

        Assert.Equal(0, bytes);
    }

    private static byte[] Packet(ushort opcode, uint context, uint offset, uint length, params (ulong Address, uint Length)[] elements)
    {
        byte[] packet = new byte[128];
        BinaryPrimitives.WriteUInt16LittleEndian(packet, opcode);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), (ushort)elements.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), context);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), offset);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(12), length);
        packet[16] = 0x5A;
        for (int i = 0; i < elements.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(packet.AsSpan(0x40 + i * 12), elements[i].Address);
            BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(0x48 + i * 12), elements[i].Length);
        }

        return packet;
    }

    /// <summary>The plain definition, for n bytes of 0xFF.</summary>
    private static uint Adler32OfOnes(int length)
    {
        (uint low, uint high) = (1, 0);
        for (int i = 0; i < length; i++)
        {
            low = (low + 255) % 65_521;
            high = (high + low) % 65_521;
        }

        return high << 16 | low;
    }

    private uint Read(long offset) => (uint)_device.Read(0, offset, 4);

    private void Write(long offset, uint value) => _device.Write(0, offset, 4, value);

    private uint Field(ulong packet, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_port.At(packet + (ulong)offset, 4));

    private ulong Field64(ulong packet, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_port.At(packet + (ulong)offset, 8));

    private void Attach(MailboxOptions options)
    {
        _device.Dispose();
        _device = new MailboxDevice(options);
        _device.Attach(_port);
    }

    private void Start()
    {
        Attach(new MailboxOptions());
        Write(0x1C, 7);
    }

    private void Post(ulong packet, ushort opcode, uint context, uint length = 16)
    {
        Packet(opcode, context, 0, length).CopyTo(_port.At(packet, 128));
        Write(0x14, 0);
        Write(0x10, (uint)packet);
    }

    private uint RunPacket(byte[] packet)
    {
        packet.CopyTo(_port.At(First, 128));
        Write(0x10, (uint)First);
        _port.Advance(TimeSpan.Zero);
        Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(4)), Read(0x18));
        Assert.Equal(uint.MaxValue, Read(0x18));
        return Field(First, 0x18);
    }

    private (uint Status, uint Moved) Run(ulong packet, ushort opcode, uint context, uint offset, uint length, params (ulong, uint)[] elements)
    {
        uint status = RunPacket(Packet(opcode, context, offset, length, elements));
        return (status, Field(packet, 0x1C));
    }
}
