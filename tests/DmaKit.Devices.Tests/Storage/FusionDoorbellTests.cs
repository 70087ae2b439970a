namespace DmaKit.Devices.Tests;

public sealed class FusionDoorbellTests
{
    [Fact]
    public void Identity_is_that_of_a_sas1068()
    {
        using var adapter = new FusionMptAdapter([]);
        DeviceIdentity identity = adapter.Identity;
        Assert.Equal((0x1000, 0x0054, 0x010000, 1), (identity.VendorId, identity.DeviceId, identity.ClassCode, identity.MessageVectors));
        Assert.Equal([new(0, 256, IsIo: true), new(1, 0x4000), new BarSpecification(2, 0x10000)], identity.Bars);
    }

    [Fact]
    public void After_reset_the_adapter_is_ready_and_masked()
    {
        using var bench = new FusionBench();
        Assert.Equal(0x10000000u, bench.Read(0));
        Assert.Equal((0u, 9u, uint.MaxValue), (bench.Read(0x30), bench.Read(0x34), bench.Read(0x44)));
    }

    [Fact]
    public void Both_windows_show_the_same_registers_and_only_words_are_answered()
    {
        using var bench = new FusionBench();
        bench.Adapter.Write(0, 0x34, 4, 8);
        Assert.Equal(8u, bench.Read(0x34));
        Assert.Equal(0xFFu, bench.Adapter.Read(1, 0, 1));
        Assert.Equal(0xFFFFu, bench.Adapter.Read(1, 0, 2));
        Assert.Equal(ulong.MaxValue, bench.Adapter.Read(1, 0, 8));
        bench.Adapter.Write(1, 0x34, 2, 0);
        Assert.Equal(8u, bench.Read(0x34));
        Assert.Equal(0u, bench.Adapter.Read(2, 0, 4));
        Assert.Equal(0u, bench.Read(0x3FFC));
    }

    [Fact]
    public void Ioc_facts_names_the_limits()
    {
        using var bench = new FusionBench();
        byte[] facts = bench.Handshake(Message(3, 12));
        Assert.Equal(80, facts.Length);
        Assert.Equal((0x0105, 20, 3), (FusionBench.Get16(facts, 0), facts[2], facts[3]));
        Assert.Equal(0x77u, FusionBench.Get(facts, 8));
        Assert.Equal(0, FusionBench.Get16(facts, 0x0E));
        Assert.Equal(34, facts[0x14]);
        Assert.Equal((128, 128, 0x2102), (FusionBench.Get16(facts, 0x18), FusionBench.Get16(facts, 0x1A), FusionBench.Get16(facts, 0x1E)));
        Assert.Equal((128, 8, 8, 1), (FusionBench.Get16(facts, 0x24), facts[0x26], facts[0x2E], facts[0x2F]));
    }

    [Fact]
    public void Ioc_init_makes_the_adapter_operational_and_ioc_facts_shows_what_it_said()
    {
        using var bench = new FusionBench(high: 0x12);
        byte[] reply = bench.Init();
        Assert.Equal((20, 5, 2, 4, 8, 1), (reply.Length, reply[2], reply[3], reply[0], reply[5], reply[6]));
        Assert.Equal(0xABCDu, FusionBench.Get(reply, 8));
        Assert.Equal(0x24000000u, bench.Read(0));

        byte[] facts = bench.Handshake(Message(3, 12));
        Assert.Equal((4, 0x12u, 0x12u, 128), (facts[0x15], FusionBench.Get(facts, 0x20), FusionBench.Get(facts, 0x28), FusionBench.Get16(facts, 0x2C)));
        Assert.Equal(8, FusionBench.Get16(bench.Init(), 0x0E));
    }

    [Theory]
    [InlineData(0, 128)]
    [InlineData(9, 128)]
    [InlineData(4, 0)]
    [InlineData(4, 19)]
    public void Ioc_init_with_nonsense_is_refused(byte who, byte frame)
    {
        using var bench = new FusionBench();
        byte[] init = Message(2, 44);
        init[0] = who;
        init[0x0C] = frame;
        Assert.Equal(7, FusionBench.Get16(bench.Handshake(init), 0x0E));
        Assert.Equal(0x10000000u, bench.Read(0));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 0)]
    [InlineData(8, 7)]
    [InlineData(255, 7)]
    public void Port_facts_knows_eight_ports(byte port, int status)
    {
        using var bench = new FusionBench();
        byte[] message = Message(5, 12);
        message[6] = port;
        byte[] facts = bench.Handshake(message);
        Assert.Equal((40, status, port), (facts.Length, FusionBench.Get16(facts, 0x0E), facts[6]));
        Assert.Equal(status == 0 ? 0x30 : 0, facts[0x15]);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x08)]
    [InlineData(0x42)]
    [InlineData(0xFF)]
    public void Unknown_functions_are_answered_with_invalid_function(byte function)
    {
        using var bench = new FusionBench();
        byte[] reply = bench.Handshake(Message(function, 12));
        Assert.Equal((20, function, 1), (reply.Length, reply[3], FusionBench.Get16(reply, 0x0E)));
        Assert.Equal(0x77u, FusionBench.Get(reply, 8));
    }

    [Theory]
    [InlineData(0, 0x22)]
    [InlineData(6, 0x22)]
    [InlineData(7, 0x20)]
    public void Config_requests_find_no_pages(byte action, int status)
    {
        using var bench = new FusionBench();
        byte[] message = Message(4, 40);
        message[0] = action;
        message[0x17] = 9;
        byte[] reply = bench.Handshake(message);
        Assert.Equal((24, action, status, 9), (reply.Length, reply[0], FusionBench.Get16(reply, 0x0E), reply[0x17]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(1020)]
    public void Messages_of_any_length_are_answered(int length)
    {
        using var bench = new FusionBench();
        Assert.Equal(80, bench.Handshake(Message(3, length)).Length);
    }

    [Fact]
    public void A_handshake_without_words_is_ignored()
    {
        using var bench = new FusionBench();
        bench.Write(0, 0x42000000);
        Assert.Equal((0x10000000u, 0u), (bench.Read(0), bench.Read(0x30)));
    }

    [Fact]
    public void Message_unit_reset_makes_ready_again_and_forgets_init_queues_and_interrupts()
    {
        using var bench = FusionBench.Ready();
        bench.Post(FusionBench.TestUnitReady(5));
        bench.Port.RunTurns();
        bench.Post(FusionBench.TestUnitReady(6));
        Assert.True(bench.Port.Line);

        bench.Write(0, 0x40000000);
        Assert.Equal((0x10000000u, 0u, 9u), (bench.Read(0), bench.Read(0x30), bench.Read(0x34)));
        Assert.False(bench.Port.Line);
        long calls = bench.Port.MemoryCalls;
        bench.Port.RunTurns();
        Assert.Equal(calls, bench.Port.MemoryCalls);
        Assert.Equal(uint.MaxValue, bench.Read(0x44));

        bench.BringUp();
        bench.ClearAttention(0);
        Assert.Equal(9u, bench.Run(FusionBench.TestUnitReady(9)));
    }

    [Fact]
    public void Diagnostic_reset_needs_the_keys()
    {
        using var bench = FusionBench.Ready();
        bench.Write(0x08, 4);
        Assert.Equal(0x24000000u, bench.Read(0));
        foreach (uint key in (uint[])[0xFF, 4, 0xB, 2, 7]) bench.Write(0x04, key);
        Assert.Equal(0u, bench.Read(0x08));
        bench.Write(0x04, 0xD);
        Assert.Equal(0x80u, bench.Read(0x08));
        bench.Write(0x08, 4);
        Assert.Equal((0x10000000u, 0u), (bench.Read(0), bench.Read(0x08)));
    }

    [Fact]
    public void A_wrong_key_closes_the_diagnostic_register()
    {
        using var bench = new FusionBench();
        foreach (uint key in (uint[])[0xFF, 4, 0xB, 3, 7, 0xD]) bench.Write(0x04, key);
        Assert.Equal(0u, bench.Read(0x08));
        foreach (uint key in (uint[])[4, 0xB, 2, 7, 0xD, 0]) bench.Write(0x04, key);
        Assert.Equal(0u, bench.Read(0x08));
    }

    [Fact]
    public void The_mask_holds_each_interrupt_back()
    {
        using var bench = new FusionBench();
        bench.Write(0, 0x42030000);
        Assert.Equal(1u, bench.Read(0x30));
        Assert.False(bench.Port.Line);
        bench.Write(0x34, 8);
        Assert.True(bench.Port.Line);
        Assert.Equal(1, bench.Port.Messages);
        bench.Write(0x30, 0);
        Assert.False(bench.Port.Line);
        bench.Write(0x34, 0xFFFFFFFF);
        Assert.Equal(9u, bench.Read(0x34));
    }

    [Fact]
    public void A_reset_in_the_middle_of_a_handshake_ends_it()
    {
        using var bench = new FusionBench();
        bench.Write(0, 0x42030000);
        bench.Write(0, 0);
        bench.Adapter.Reset();
        Assert.Equal(0x10000000u, bench.Read(0));
        Assert.Equal(80, bench.Handshake(Message(3, 12)).Length);
    }

    [Fact]
    public void More_than_eight_disks_and_the_same_disk_twice_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FusionMptAdapter(new ScsiDisk?[9]));
        using var disk = new ScsiDisk(new MemoryDiskImage(512));
        Assert.Throws<ArgumentException>(() => new FusionMptAdapter([disk, disk]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FusionMptOptions { CommandDelay = TimeSpan.FromTicks(-1) });
    }

    private static byte[] Message(byte function, int length)
    {
        byte[] message = new byte[length];
        message[3] = function;
        if (length >= 12) FusionBench.Put(message, 8, 0x77);
        return message;
    }
}
