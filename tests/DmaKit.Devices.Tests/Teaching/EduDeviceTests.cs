namespace DmaKit.Devices.Tests;

public sealed class EduDeviceTests
{
    private readonly TestPort _port = new();

    [Fact]
    public void Identity_is_that_of_the_edu_device()
    {
        DeviceIdentity identity = Attached().Identity;
        Assert.Equal((0x1234, 0x11E8, 0x00FF00), (identity.VendorId, identity.DeviceId, identity.ClassCode));
        Assert.Equal([new BarSpecification(0, 1 << 20)], identity.Bars);
        Assert.Equal(1, identity.MessageVectors);
        Assert.True(identity.HasInterruptPin);
    }

    [Fact]
    public void Id_and_liveness()
    {
        EduDevice edu = Attached();
        Assert.Equal(0x010000EDu, Read(edu, 0x00));
        Write(edu, 0x04, 0x12345678);
        Assert.Equal(~0x12345678u, Read(edu, 0x04));
        Write(edu, 0x00, 5);
        Assert.Equal(0x010000EDu, Read(edu, 0x00));
    }

    [Theory]
    [InlineData(0u, 1u)]
    [InlineData(1u, 1u)]
    [InlineData(5u, 120u)]
    [InlineData(12u, 479001600u)]
    [InlineData(13u, 1932053504u)]
    [InlineData(33u, 2147483648u)]
    [InlineData(34u, 0u)]
    [InlineData(uint.MaxValue, 0u)]
    public void Factorial_is_computed_in_a_later_turn_modulo_2_to_the_32(uint number, uint product)
    {
        EduDevice edu = Attached();
        Write(edu, 0x08, number);
        Assert.Equal(1u, Read(edu, 0x20));
        Write(edu, 0x08, 3);
        Assert.Equal(1, _port.RunTurns());
        Assert.Equal(0u, Read(edu, 0x20));
        Assert.Equal(product, Read(edu, 0x08));
        Assert.False(_port.Line);
    }

    [Fact]
    public void Factorial_interrupts_when_asked_and_only_bit_7_of_status_is_writable()
    {
        EduDevice edu = Attached();
        Write(edu, 0x20, 0xFFFFFFFF);
        Assert.Equal(0x80u, Read(edu, 0x20));
        Write(edu, 0x08, 4);
        _port.RunTurns();
        Assert.True(_port.Line);
        Assert.Equal(1u, Read(edu, 0x24));
        Write(edu, 0x64, 1);
        Assert.False(_port.Line);
    }

    [Fact]
    public void Raised_causes_add_up_and_the_line_falls_when_all_are_acknowledged()
    {
        EduDevice edu = Attached();
        Write(edu, 0x60, 0x10);
        Write(edu, 0x60, 0x02);
        Assert.Equal(0x12u, Read(edu, 0x24));
        Assert.Equal(2, _port.Messages);
        Write(edu, 0x64, 0x10);
        Assert.True(_port.Line);
        Write(edu, 0x64, 0x02);
        Assert.False(_port.Line);
        Write(edu, 0x60, 0);
        Assert.False(_port.Line);
        Assert.Equal(2, edu.Counters.Interrupts);
    }

    [Fact]
    public void Transfers_the_whole_buffer_in_and_out()
    {
        EduDevice edu = Attached();
        byte[] data = Pattern(4096);
        data.CopyTo(_port.At(0x1000, 4096));
        Transfer(edu, 0x1000, 0x40000, 4096, 1);
        _port.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(1u, Read(edu, 0x98));
        _port.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0u, Read(edu, 0x98));

        Transfer(edu, 0x40000, 0x8000, 4096, 7);
        _port.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(data, _port.At(0x8000, 4096).ToArray());
        Assert.Equal(0x100u, Read(edu, 0x24));
        Assert.True(_port.Line);
        Assert.Equal(new DeviceCounters(2, 2, 1), edu.Counters);
        Assert.Equal(0, edu.RefusedTransfers);
    }

    [Fact]
    public void Transfer_registers_are_deaf_while_a_transfer_runs_and_start_needs_bit_0()
    {
        EduDevice edu = Attached();
        Transfer(edu, 0x1000, 0x40000, 16, 2);
        Assert.Equal(0, _port.Waiting);
        Transfer(edu, 0x1000, 0x40000, 16, 1);
        Transfer(edu, 0x2000, 0x40100, 32, 5);
        Assert.Equal((0x1000u, 0x40000u, 16u, 1u), (Read(edu, 0x80), Read(edu, 0x88), Read(edu, 0x90), Read(edu, 0x98)));
        Assert.Equal(1, _port.Waiting);
    }

    [Fact]
    public void Addresses_are_cut_to_28_bits_unless_the_mask_is_wider()
    {
        EduDevice narrow = Attached();
        _port.At(0x1000, 1)[0] = 0xAB;
        Transfer(narrow, 0x1_1000_1000, 0x40000, 1, 1);
        _port.Advance(TimeSpan.FromSeconds(1));
        Transfer(narrow, 0x40000, 0x2000, 1, 3);
        _port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0xAB, _port.At(0x2000, 1)[0]);

        var high = new TestPort(0x10000, 0x1_1000_0000);
        using var wide = new EduDevice(new EduOptions { DmaMask = ulong.MaxValue, TransferDelay = TimeSpan.Zero });
        wide.Attach(high);
        high.At(0x1_1000_1000, 1)[0] = 0xCD;
        Transfer(wide, 0x1_1000_1000, 0x40000, 1, 1);
        high.Advance(TimeSpan.Zero);
        Transfer(wide, 0x40000, 0x1_1000_2000, 1, 3);
        high.Advance(TimeSpan.Zero);
        Assert.Equal(0xCD, high.At(0x1_1000_2000, 1)[0]);
        Assert.Equal(0, high.Refusals);
    }

    [Theory]
    [InlineData(0x3FFFFUL, 1UL)]
    [InlineData(0x40001UL, 4096UL)]
    [InlineData(0x41000UL, 1UL)]
    [InlineData(0x41001UL, 0UL)]
    [InlineData(0x40000UL, 4097UL)]
    [InlineData(0x40000UL, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, 2UL)]
    [InlineData(0UL, 4096UL)]
    public void Transfers_outside_the_buffer_move_nothing_and_are_counted(ulong inside, ulong count)
    {
        EduDevice edu = Attached();
        foreach (ulong command in (ulong[])[1, 7])
        {
            Transfer(edu, command == 1 ? 0x1000 : inside, command == 1 ? inside : 0x1000, count, command);
            _port.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, _port.MemoryCalls);
        Assert.Equal(2, edu.RefusedTransfers);
        Assert.Equal(0x100u, Read(edu, 0x24));
        Assert.Equal(0u, Read(edu, 0x98) & 1);
    }

    [Fact]
    public void A_transfer_that_the_platform_refuses_is_counted_and_ends()
    {
        EduDevice edu = Attached();
        _port.Refused.Add(new LogicalRange(new LogicalAddress(0x1000), 0x1000));
        Transfer(edu, 0x1000, 0x40000, 16, 5);
        _port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, edu.FaultedTransfers);
        Assert.True(_port.Line);
        Assert.Equal(0u, Read(edu, 0x98) & 1);
    }

    [Fact]
    public void A_transfer_over_the_end_of_the_address_space_is_refused()
    {
        using var edu = new EduDevice(new EduOptions { DmaMask = ulong.MaxValue });
        edu.Attach(_port);
        Transfer(edu, 0x40000, ulong.MaxValue - 7, 16, 3);
        _port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 0), (edu.FaultedTransfers, _port.MemoryCalls));
    }

    [Fact]
    public void Reset_stops_a_running_transfer_and_forgets_everything()
    {
        EduDevice edu = Attached();
        Write(edu, 0x60, 1);
        Transfer(edu, 0x40000, 0x1000, 16, 7);
        edu.Reset();
        _port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _port.MemoryCalls);
        Assert.False(_port.Line);
        Assert.Equal((0u, 0u, 0u, 0u), (Read(edu, 0x24), Read(edu, 0x80), Read(edu, 0x90), Read(edu, 0x98)));
    }

    [Fact]
    public void Other_offsets_sizes_and_bars_read_as_ones_and_ignore_writes()
    {
        EduDevice edu = Attached();
        Assert.Equal(0xFFu, edu.Read(0, 0, 1));
        Assert.Equal(0xFFFFu, edu.Read(0, 4, 2));
        Assert.Equal(ulong.MaxValue, edu.Read(0, 0, 8));
        Assert.Equal(0xFFFFFFFFu, Read(edu, 0x0C));
        Assert.Equal(0xFFFFFFFFu, Read(edu, 0xFFFFC));
        Assert.Equal(0xFFFFFFFFu, edu.Read(1, 0, 4));
        edu.Write(0, 4, 2, 1);
        edu.Write(1, 4, 4, 1);
        Assert.Equal(0u, Read(edu, 4));
    }

    [Fact]
    public void Random_register_accesses_never_throw_and_never_hang()
    {
        const int seed = 20260101;
        var random = new Random(seed);
        EduDevice edu = Attached();
        long[] offsets = [0, 4, 8, 0x20, 0x24, 0x60, 0x64, 0x80, 0x88, 0x90, 0x98, 0x40000];
        try
        {
            for (int i = 0; i < 20_000; i++)
            {
                int size = 1 << random.Next(4);
                long offset = offsets[random.Next(offsets.Length)];
                ulong value = random.Next(2) == 0 ? (ulong)random.NextInt64(long.MinValue, long.MaxValue) : (ulong)random.Next(0x42000);
                if (random.Next(2) == 0) edu.Write(random.Next(2), offset, size, value);
                else edu.Read(0, offset, size);
                if (random.Next(4) == 0) _port.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
            }
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"Seed {seed}: {e}");
        }

        Assert.True(edu.Counters.Commands > 100, $"Seed {seed}: only {edu.Counters.Commands} commands ran.");
    }

    [Fact]
    public void A_negative_delay_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EduOptions { TransferDelay = TimeSpan.FromTicks(-1) });

    private static uint Read(EduDevice edu, long offset) => (uint)edu.Read(0, offset, 4);

    private static void Write(EduDevice edu, long offset, uint value) => edu.Write(0, offset, 4, value);

    private static void Transfer(EduDevice edu, ulong source, ulong destination, ulong count, ulong command)
    {
        edu.Write(0, 0x80, 8, source);
        edu.Write(0, 0x88, 8, destination);
        edu.Write(0, 0x90, 8, count);
        edu.Write(0, 0x98, 8, command);
    }

    private static byte[] Pattern(int length)
    {
        byte[] data = new byte[length];
        new Random(7).NextBytes(data);
        return data;
    }

    private EduDevice Attached()
    {
        var edu = new EduDevice();
        edu.Attach(_port);
        return edu;
    }
}
