using System.Net.NetworkInformation;

namespace DmaKit.Devices.Tests;

public sealed class Rtl8139RegisterTests
{
    [Fact]
    public void It_is_an_RTL8139_with_both_base_address_registers()
    {
        using var bench = new CardBench();
        DeviceIdentity identity = bench.Card.Identity;
        Assert.Equal((0x10EC, 0x8139, 0x020000, 0), (identity.VendorId, identity.DeviceId, identity.ClassCode, identity.MessageVectors));
        Assert.True(identity.HasInterruptPin);
        Assert.Equal([new BarSpecification(0, 256, IsIo: true), new BarSpecification(1, 256)], identity.Bars);
    }

    [Fact]
    public void After_a_reset_descriptors_are_the_driver_s_and_the_ring_is_empty()
    {
        using var bench = new CardBench(new Rtl8139Options { Address = PhysicalAddress.Parse("02-11-22-33-44-55") });
        bench.Start();
        bench.Send(0, CardBench.Frame(100));
        bench.Write(CardBench.Cr, 0x10, 1);
        Assert.Equal(0x01u, bench.Read(CardBench.Cr, 1));
        for (int i = 0; i < 4; i++) Assert.Equal(CardBench.Own, bench.Status(i));
        Assert.Equal(0xFFF0u, bench.Read(CardBench.Capr, 2));
        Assert.Equal(0u, bench.Read(CardBench.Cbr, 2));
        Assert.Equal(0u, bench.Read(CardBench.Imr));
        Assert.Equal(0u, bench.Read(CardBench.Rcr));
        Assert.Equal(0x3322_1102u, bench.Read(0));
        Assert.Equal(0x5544u, bench.Read(4, 2));
        bench.Port.RunTurns();
        Assert.Null(bench.FromCard());
        Assert.False(bench.Port.Line);
    }

    [Fact]
    public void A_software_reset_keeps_the_address_and_a_power_on_loads_it()
    {
        using var bench = new CardBench();
        bench.Write(0, 0x0403_0201);
        bench.Write(4, 0x05, 1);
        bench.Write(0x08, 0xFFFF_FFFF);
        bench.Write(CardBench.Cr, 0x10, 1);
        Assert.Equal(0x0403_0201u, bench.Read(0));
        Assert.Equal(0xFFFF_FFFFu, bench.Read(0x08));
        bench.Card.Reset();
        Assert.Equal(0x1200_5452u, bench.Read(0));
        Assert.Equal(0u, bench.Read(0x08));
    }

    [Fact]
    public void Every_width_reads_a_part_of_the_same_register()
    {
        using var bench = new CardBench();
        bench.Start(rcr: 0x8A8F);
        for (int bar = 0; bar < 2; bar++)
        {
            Assert.Equal(0x8A8Fu, bench.Read(CardBench.Rcr, 4, bar));
            Assert.Equal(0x8Au, bench.Read(CardBench.Rcr + 1, 1, bar));
            Assert.Equal(0x0D00_0000u, bench.Read(0x34, 4, bar));
            Assert.Equal(bench.Read(0x40, 4, bar) | (ulong)bench.Read(0x44, 4, bar) << 32, bench.Card.Read(bar, 0x40, 8));
        }

        bench.Write(CardBench.Imr, 0x0005_0004);
        Assert.Equal(0x0004u, bench.Read(CardBench.Imr, 2));
    }

    [Fact]
    public void The_transmit_configuration_is_kept_only_while_the_transmitter_is_on()
    {
        using var bench = new CardBench();
        bench.Write(CardBench.Tcr, 0x0300_0600);
        Assert.Equal(0x7400_0000u, bench.Read(CardBench.Tcr));
        bench.Write(CardBench.Cr, 0x04, 1);
        bench.Write(CardBench.Tcr, 0x0300_0600);
        Assert.Equal(0x7700_0600u, bench.Read(CardBench.Tcr));
    }

    [Fact]
    public void Causes_are_taken_away_by_writing_ones_and_masked_ones_do_not_interrupt()
    {
        using var bench = new CardBench().Start(imr: 0x0001);
        bench.Send(0, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Equal(0x0004u, bench.Read(CardBench.Isr, 2));
        Assert.False(bench.Port.Line);
        bench.Write(CardBench.Imr, 0x0004, 2);
        Assert.True(bench.Port.Line);
        bench.Write(CardBench.Isr, 0xFFFB, 2);
        Assert.True(bench.Port.Line);
        bench.Write(CardBench.Isr, 0x0004, 2);
        Assert.Equal(0u, bench.Read(CardBench.Isr, 2));
        Assert.False(bench.Port.Line);
        Assert.Equal(new DeviceCounters(1, 1, 1), bench.Card.Counters);
    }

    [Theory]
    [InlineData(true, 0x00u, 0x782Du)]
    [InlineData(false, 0x04u, 0x7809u)]
    public void The_link_is_seen_in_both_places(bool plugged, uint media, uint basic)
    {
        using var bench = new CardBench(plugged: plugged);
        Assert.Equal(media, bench.Read(0x58, 1));
        Assert.Equal(basic, bench.Read(0x64, 2));
    }

    [Fact]
    public void The_timer_counts_at_33_megahertz_from_its_last_write()
    {
        using var bench = new CardBench();
        bench.Port.Advance(TimeSpan.FromMilliseconds(3));
        Assert.InRange(bench.Read(0x48), 99_990u, 100_010u);
        bench.Write(0x48, 1);
        Assert.Equal(0u, bench.Read(0x48));
    }

    [Fact]
    public void Accesses_outside_of_the_registers_change_nothing()
    {
        using var bench = new CardBench().Start();
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++)
        {
            int size = 1 << random.Next(4);
            int offset = random.Next(300) & -size;
            if (random.Next(2) == 0) bench.Card.Read(random.Next(2), offset, size);
            else if (offset is < 0x10 or > 0x2F) bench.Card.Write(random.Next(2), offset, size, (ulong)random.NextInt64());
            if (i % 50 == 0) bench.Port.RunTurns();
        }

        bench.Start();
        bench.Send(0, CardBench.Frame(60));
        bench.Port.RunTurns();
        Assert.Equal(CardBench.Frame(60), bench.FromCard());
    }
}
