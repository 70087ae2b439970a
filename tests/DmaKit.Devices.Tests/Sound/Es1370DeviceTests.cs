namespace DmaKit.Devices.Tests;

/// <summary>The card at its registers.</summary>
public sealed class Es1370DeviceTests
{
    [Fact]
    public void The_identity_is_that_of_the_card()
    {
        DeviceIdentity identity = new SoundBench().Card.Identity;
        Assert.Equal((0x1274, 0x5000, 0x040100), (identity.VendorId, identity.DeviceId, identity.ClassCode));
        Assert.Equal(new BarSpecification(0, 0x100, IsIo: true), Assert.Single(identity.Bars));
    }

    [Theory]
    [InlineData(30, 0, 44_100)]
    [InlineData(30, 300, 44_113)]
    [InlineData(30, -300, 44_086)]
    [InlineData(28, 0, 47_040)]
    [InlineData(27, 0, 48_662)]
    [InlineData(62, 0, 22_050)]
    [InlineData(0, 0, 705_600)]
    public void DAC2_plays_at_the_divided_clock_and_the_cards_skew(uint divider, double skew, int frames)
    {
        var bench = new SoundBench(new() { SkewPartsPerMillion = skew });
        bench.StartDac2(65_536, 4096);
        bench.Write(0x00, 0);
        bench.Write(0x00, (divider << 16) | SoundBench.Dac2Enable);
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        bench.Position();
        Assert.Equal(frames * 4, bench.Dac2.Bytes);
    }

    [Theory]
    [InlineData(0, 5512)]
    [InlineData(1, 11_025)]
    [InlineData(2, 22_050)]
    [InlineData(3, 44_100)]
    public void DAC1_has_four_rates(uint code, int frames)
    {
        var bench = new SoundBench();
        bench.Write(0x0C, 0xC);
        bench.Write(0x30, (uint)SoundBench.Ring);
        bench.Write(0x34, 1023);
        bench.Write(0x24, 999);
        bench.Write(0x20, 0x100);
        bench.Write(0x00, (code << 12) | SoundBench.Dac1Enable);
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        bench.Read(0x34);
        Assert.Equal(frames, bench.Dac1.Bytes);
        Assert.Equal(SampleFormat.UInt8, bench.Dac1.Format!.Samples);
        Assert.True(bench.Port.Line);
    }

    [Fact]
    public void The_ring_goes_round_and_the_register_tells_where()
    {
        var bench = new SoundBench();
        byte[] data = bench.Fill(4000);
        bench.StartDac2(4000, 100);
        for (int i = 1; i <= 25; i++)
        {
            bench.Port.Advance(TimeSpan.FromSeconds(100.1 / 44_100));
            Assert.InRange(bench.Position(), i * 100 % 1000, i * 100 % 1000 + 3);
        }

        byte[] played = bench.Dac2.ToArray();
        Assert.InRange(played.Length, 9990, 10_010);
        for (int i = 0; i < played.Length; i++) Assert.Equal(data[i % 4000], played[i]);
    }

    [Fact]
    public void An_interrupt_is_a_level_that_falls_when_its_enable_bit_does()
    {
        var bench = new SoundBench();
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(9.9));
        Assert.False(bench.Port.Line);
        bench.Port.Advance(TimeSpan.FromMilliseconds(0.1));
        Assert.True(bench.Port.Line);
        Assert.Equal(0x8000_0002, bench.Read(0x04));

        // It stays, however many periods end meanwhile, until it is acknowledged.
        bench.Port.Advance(TimeSpan.FromMilliseconds(35));
        Assert.Equal(1, bench.Port.RisingEdges);
        bench.Write(0x20, 0x0C);
        Assert.False(bench.Port.Line);
        Assert.Equal(0u, bench.Read(0x04));
        bench.Write(0x20, 0x20C);
        Assert.False(bench.Port.Line);
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        Assert.True(bench.Port.Line);
        Assert.Equal((5, 2), (bench.Card.Counters.Commands, bench.Card.Counters.Interrupts));
    }

    [Fact]
    public void Without_its_enable_bit_a_period_raises_nothing()
    {
        var bench = new SoundBench();
        bench.StartDac2(4000, 100, serial: 0x0C);
        bench.Port.Advance(TimeSpan.FromMilliseconds(50));
        Assert.False(bench.Port.Line);
        bench.Write(0x20, 0x20C);
        Assert.Equal(0u, bench.Read(0x04));
    }

    [Fact]
    public void The_sample_counter_counts_down()
    {
        var bench = new SoundBench();
        bench.StartDac2(4000, 441);
        Assert.Equal(440u << 16 | 440, bench.Read(0x28));
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(220u << 16 | 440, bench.Read(0x28));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(256)]
    public void What_is_stored_behind_the_FIFO_is_not_heard(int fifo)
    {
        var bench = new SoundBench(new() { FifoBytes = fifo });
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        int played = bench.Position() * 4;
        bench.Port.At(SoundBench.Ring, 4000)[..2000].Fill(0x55);
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        bench.Position();
        byte[] heard = bench.Dac2.ToArray();
        Assert.Equal(played + fifo, Array.IndexOf(heard, (byte)0x55));
    }

    [Fact]
    public void A_paused_converter_stands_still_and_goes_on()
    {
        var bench = new SoundBench();
        byte[] data = bench.Fill(4000);
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        bench.Write(0x20, 0x120C | 0x1000);
        int stood = bench.Position();
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(stood, bench.Position());
        bench.Write(0x20, 0x20C);
        bench.Port.Advance(TimeSpan.FromMilliseconds(5));
        Assert.InRange(bench.Position(), stood + 219, stood + 221);
        Assert.Equal(data[..(int)bench.Dac2.Bytes], bench.Dac2.ToArray());
    }

    [Fact]
    public void In_stop_mode_it_ends_with_the_ring()
    {
        var bench = new SoundBench();
        byte[] data = bench.Fill(2000);
        bench.StartDac2(2000, 500, serial: 0x420C);
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        bench.Position();
        Assert.Equal(data, bench.Dac2.ToArray());
        Assert.True(bench.Port.Line);
        Assert.Equal(0, bench.Port.Waiting);
    }

    [Fact]
    public void A_stopped_converter_touches_memory_no_more()
    {
        var bench = new SoundBench();
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(20));
        bench.Write(0x00, 30 << 16);
        long calls = bench.Port.MemoryCalls;
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        bench.Position();
        Assert.Equal(calls, bench.Port.MemoryCalls);
    }

    [Fact]
    public void The_ADC_writes_what_it_captures()
    {
        byte[] sound = new byte[40_000];
        new Random(3).NextBytes(sound);
        var bench = new SoundBench(captured: sound);
        bench.Write(0x0C, 0xD);
        bench.Write(0x30, (uint)SoundBench.Ring);
        bench.Write(0x34, 65_535);
        bench.Write(0x2C, 440);
        bench.Write(0x20, 0x430);
        bench.Write(0x00, (30 << 16) | SoundBench.AdcEnable);
        bench.Port.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(4410u, bench.Read(0x34) >> 16);
        Assert.Equal(sound[..17_640], bench.Port.At(SoundBench.Ring, 17_640).ToArray());
        Assert.Equal(0x8000_0001, bench.Read(0x04));
        Assert.Equal(0, bench.Port.At(SoundBench.Ring + 17_640, 1)[0]);
    }

    [Fact]
    public void The_interrupt_can_come_late()
    {
        var bench = new SoundBench(new() { InterruptDelay = TimeSpan.FromMilliseconds(3) });
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(12.9));
        Assert.False(bench.Port.Line);
        bench.Port.Advance(TimeSpan.FromMilliseconds(0.2));
        Assert.True(bench.Port.Line);
    }

    [Fact]
    public void Jitter_is_the_age_of_the_position()
    {
        const double sigma = 0.002;
        var bench = new SoundBench(new() { Jitter = TimeSpan.FromSeconds(sigma), Seed = 7 });
        bench.StartDac2(200_000, 441);
        var ages = new List<double>();
        long last = 0, laps = 0;
        for (int i = 1; i <= 4000; i++)
        {
            bench.Port.Advance(TimeSpan.FromMilliseconds(25));
            long shown = bench.Position() + laps * 50_000;
            if (shown < last) (shown, laps) = (shown + 50_000, laps + 1);
            Assert.True(shown >= last, "A position went back.");
            last = shown;
            ages.Add(i * 0.025 - shown / 44_100.0);
        }

        double mean = ages.Average();
        double deviation = Math.Sqrt(ages.Average(a => (a - mean) * (a - mean)));
        Assert.InRange(mean, 3.9 * sigma, 4.1 * sigma);
        Assert.InRange(deviation, 0.95 * sigma, 1.05 * sigma);
        Assert.InRange(ages.Max(), 0, 8 * sigma + 0.0001);
        Assert.InRange(ages.Min(), 0, 2 * sigma);
    }

    [Fact]
    public void Refused_memory_is_silence_and_counted()
    {
        var bench = new SoundBench();
        bench.Fill(4000);
        bench.Port.Refused.Add(new LogicalRange(new LogicalAddress(SoundBench.Ring), 4000));
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(10));
        Assert.True(bench.Card.RefusedTransfers > 0);
        Assert.All(bench.Dac2.ToArray(), b => Assert.Equal(0, b));
    }

    [Fact]
    public void Registers_are_paged_and_narrow_accesses_reach_their_bytes()
    {
        var bench = new SoundBench();
        bench.Write(0x0C, 0xC);
        bench.Write(0x30, 0x11111111);
        bench.Write(0x38, 0x22222222);
        bench.Write(0x0C, 0xD);
        bench.Write(0x30, 0x33333333);
        Assert.Equal(0x33333333u, bench.Read(0x30));
        Assert.Equal(0u, bench.Read(0x38));
        bench.Write(0x0C, 0xC);
        Assert.Equal((0x11111111u, 0x22222222u), (bench.Read(0x30), bench.Read(0x38)));
        bench.Card.Write(0, 0x32, 2, 0xABCD);
        bench.Card.Write(0, 0x31, 1, 0xEF);
        Assert.Equal(0xABCDEF11u, bench.Read(0x30));
        Assert.Equal((0xABUL, 0xEF11UL), (bench.Card.Read(0, 0x33, 1), bench.Card.Read(0, 0x30, 2)));
        Assert.Equal(ulong.MaxValue, bench.Card.Read(1, 0, 8));
    }

    [Fact]
    public void A_reset_silences_everything()
    {
        var bench = new SoundBench();
        bench.StartDac2(4000, 441);
        bench.Port.Advance(TimeSpan.FromMilliseconds(25));
        Assert.True(bench.Port.Line);
        bench.Card.Reset();
        Assert.False(bench.Port.Line);
        Assert.Equal((0u, 0u, 0u), (bench.Read(0x00), bench.Read(0x04), bench.Read(0x20)));
        long played = bench.Dac2.Bytes;
        bench.Port.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(played, bench.Dac2.Bytes);
    }

    [Theory]
    [InlineData("SkewPartsPerMillion is 200000; legal: -100,000 to 100,000")]
    public void Wrong_options_teach(string text)
    {
        Assert.Contains(text, Assert.Throws<ArgumentOutOfRangeException>(() => new Es1370Options { SkewPartsPerMillion = 200_000 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Es1370Options { FifoBytes = 3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Es1370Options { Jitter = TimeSpan.FromSeconds(1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Es1370Options { InterruptDelay = -TimeSpan.FromSeconds(1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Es1370Options { FetchInterval = TimeSpan.Zero });
    }
}
