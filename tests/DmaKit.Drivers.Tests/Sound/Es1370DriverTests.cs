using DmaKit.Devices;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>The driver on the card's model: what is written is what is heard.</summary>
public sealed class Es1370DriverTests
{
    [Theory]
    [InlineData(Es1370Converter.Dac1, SampleFormat.Int16, 2, 44_100)]
    [InlineData(Es1370Converter.Dac1, SampleFormat.UInt8, 1, 5512)]
    [InlineData(Es1370Converter.Dac1, SampleFormat.Int16, 1, 11_025)]
    [InlineData(Es1370Converter.Dac2, SampleFormat.Int16, 2, 44_100)]
    [InlineData(Es1370Converter.Dac2, SampleFormat.UInt8, 2, 22_050)]
    [InlineData(Es1370Converter.Dac2, SampleFormat.UInt8, 1, 4_704)]
    [InlineData(Es1370Converter.Dac2, SampleFormat.Int16, 1, 94_080)]
    public async Task S3_Both_playing_converters_play_what_is_written(Es1370Converter converter, SampleFormat samples, int channels, int rate)
    {
        var format = new StreamFormat(samples, channels, rate);
        byte[] sound = SoundMachine.Noise(rate / 2 * format.FrameBytes, seed: 1);
        await using var machine = new SoundMachine(new() { SkewPartsPerMillion = 120 });
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(converter, format);
            play.Prepare();
            play.Append(sound.AsSpan(0, (int)Math.Min(sound.Length, play.RingBytes)));
            play.Start();
            int rest = sound.Length - (int)Math.Min(sound.Length, play.RingBytes);
            Assert.Equal(rest, await play.WriteAsync(sound.AsMemory(sound.Length - rest)));
            await play.DrainAsync();
            Assert.Equal(CyclicState.Stopped, play.State);
            Assert.Equal((0, 0, sound.Length), (play.Statistics.Underruns, play.Statistics.LateBytes, play.Statistics.DataBytes));
        });
        MemorySoundSink sink = converter == Es1370Converter.Dac1 ? machine.Dac1 : machine.Dac2;
        Assert.Equal(sound, sink.ToArray()[..sound.Length]);
        Assert.All(sink.ToArray()[sound.Length..], b => Assert.Equal(samples == SampleFormat.UInt8 ? 0x80 : 0, b));
        Assert.Equal(converter == Es1370Converter.Dac1 && rate == 5512 ? 5512.5 : rate, sink.Format!.Rate);
    }

    [Fact]
    public async Task S7_Capture_gives_back_what_was_fed()
    {
        byte[] sound = SoundMachine.Noise(4 * 44_100, seed: 2);
        await using var machine = new SoundMachine(captured: sound);
        var got = new byte[sound.Length];
        machine.Run(async card =>
        {
            CyclicTransfer record = card.Open(Es1370Converter.Adc, SoundMachine.Cd);
            record.Start();
            int filled = 0;
            while (filled < got.Length)
            {
                CyclicRead read = await record.ReadAsync(got.AsMemory(filled));
                Assert.Equal((filled, 0), (read.Position, read.Lost));
                filled += read.Length;
            }
        });
        Assert.Equal(sound, got);
    }

    [Fact]
    public async Task S7_An_overrun_is_counted_exactly_and_the_numbers_go_on()
    {
        byte[] sound = SoundMachine.Noise(8 * 44_100, seed: 3);
        await using var machine = new SoundMachine(captured: sound);
        machine.Run(async card =>
        {
            CyclicTransfer record = card.Open(Es1370Converter.Adc, SoundMachine.Cd);
            record.Start();
            var data = new byte[record.RingBytes];
            await record.ReadAsync(data);
            long next = record.ReadPosition;

            // Nobody reads for three laps and a bit.
            await machine.Delay(0.65);
            CyclicRead read = record.Read(data);
            Assert.True(read.Lost > 0);
            Assert.Equal(next + read.Lost, read.Position);
            Assert.Equal(sound.AsSpan((int)read.Position, read.Length), data.AsSpan(0, read.Length));
            CyclicStatistics counted = record.Statistics;
            Assert.Equal(read.Lost, counted.OverrunBytes);
            Assert.Equal(record.Position, counted.ReadBytes + counted.OverrunBytes + record.Available);
        });
    }

    [Fact]
    public async Task S2_Polling_does_without_interrupts()
    {
        byte[] sound = SoundMachine.Noise(4 * 44_100, seed: 4);
        await using var machine = new SoundMachine();
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new() { Interrupts = false, PollInterval = TimeSpan.FromMilliseconds(7) });
            play.Start();
            await play.WriteAsync(sound);
            await play.DrainAsync();
        });
        Assert.Equal(0, machine.Card.Counters.Interrupts);
        Assert.True(IndexOf(machine.Dac2.ToArray(), sound) >= 0);
    }

    [Fact]
    public async Task S2_Interrupts_and_a_poll_report_side_by_side()
    {
        byte[] sound = SoundMachine.Noise(4 * 44_100, seed: 4);
        await using var machine = new SoundMachine();
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new() { Period = TimeSpan.FromMilliseconds(50), PollInterval = TimeSpan.FromMilliseconds(7) });
            play.Prepare();
            int queued = play.Append(sound.AsSpan(0, (int)play.Space)).Written;
            play.Start();
            await play.WriteAsync(sound.AsMemory(queued));
            await play.DrainAsync();

            // A second has 20 periods, and is polled 142 times.
            Assert.InRange(machine.Card.Counters.Interrupts, 19, 21);
            Assert.True(play.Statistics.Reports >= 19 + 140, $"{play.Statistics.Reports} reports");
            Assert.Equal((0, 0), (play.Statistics.Underruns, play.Statistics.BackwardReports));
        });
        Assert.Equal(sound, machine.Dac2.ToArray()[..sound.Length]);
    }

    [Fact]
    public async Task S2_All_three_converters_run_at_once()
    {
        byte[] one = SoundMachine.Noise(2 * 22_050, 5), two = SoundMachine.Noise(4 * 44_100, 6), three = SoundMachine.Noise(4 * 44_100, 7);
        var got = new byte[three.Length];
        await using var machine = new SoundMachine(captured: three);
        machine.Run(async card =>
        {
            CyclicTransfer first = card.Open(Es1370Converter.Dac1, new StreamFormat(SampleFormat.Int16, 1, 22_050));
            CyclicTransfer second = card.Open(Es1370Converter.Dac2, SoundMachine.Cd);
            CyclicTransfer record = card.Open(Es1370Converter.Adc, SoundMachine.Cd);
            record.Start();
            first.Start();
            second.Start();
            await Task.WhenAll(Play(first, one), Play(second, two), Record(record, got));
        });
        Assert.True(IndexOf(machine.Dac1.ToArray(), one) >= 0);
        Assert.True(IndexOf(machine.Dac2.ToArray(), two) >= 0);
        Assert.Equal(three, got);

        static async Task Play(CyclicTransfer play, byte[] sound)
        {
            await play.WriteAsync(sound);
            await play.DrainAsync();
        }

        static async Task Record(CyclicTransfer record, byte[] got)
        {
            for (int filled = 0; filled < got.Length;) filled += (await record.ReadAsync(got.AsMemory(filled))).Length;
        }
    }

    [Theory]
    [InlineData(UnderrunPolicy.Silence)]
    [InlineData(UnderrunPolicy.Repeat)]
    [InlineData(UnderrunPolicy.Stop)]
    public async Task S4_An_underrun_is_counted_as_the_card_heard_it(UnderrunPolicy policy)
    {
        byte[] sound = SoundMachine.Noise(4 * 6000, seed: 8);
        await using var machine = new SoundMachine();
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new() { Underrun = policy });
            play.Prepare();
            play.Append(sound);
            play.Start();

            // 6,000 frames last for 136 ms; at 250 ms the ring of 200 ms has been round once.
            await machine.Delay(0.25);
            play.Poll();
            CyclicStatistics counted = play.Statistics;
            long heard = machine.Dac2.Bytes;
            Assert.Equal(1, counted.Underruns);
            Assert.Equal(play.Position, heard);
            Assert.Equal(heard - sound.Length, counted.UnderrunBytes);
            byte[] played = machine.Dac2.ToArray();
            Assert.Equal(sound, played[..sound.Length]);
            switch (policy)
            {
                case UnderrunPolicy.Silence:
                    Assert.All(played[sound.Length..], b => Assert.Equal(0, b));
                    break;
                case UnderrunPolicy.Repeat:
                    Assert.Equal(sound[..(int)(heard - play.RingBytes)], played[(int)play.RingBytes..]);
                    break;
                default:
                    // The interrupt after 140 ms showed it.
                    Assert.Equal(CyclicState.Stopped, play.State);
                    Assert.Equal(14 * 441 * 4, heard);
                    break;
            }
        });
    }

    [Fact]
    public async Task S1_Rates_that_the_card_cannot_make_are_refused_with_those_it_can()
    {
        await using var machine = new SoundMachine();
        machine.Run(card =>
        {
            UnreachableRateException error = Assert.Throws<UnreachableRateException>(() => card.Open(Es1370Converter.Dac2, new StreamFormat(SampleFormat.Int16, 2, 48_000)));
            Assert.Contains("Dac2 cannot make 48,000 Hz; the nearest is 47,040.", error.Message, StringComparison.Ordinal);
            Assert.Contains("22,050", error.Message, StringComparison.Ordinal);
            Assert.Equal((48_000, 47_040), (error.Rate, error.Nearest));
            error = Assert.Throws<UnreachableRateException>(() => card.Open(Es1370Converter.Dac1, new StreamFormat(SampleFormat.Int16, 2, 8_000)));
            Assert.Contains("It makes 5,512.5, 11,025, 22,050, 44,100 Hz.", error.Message, StringComparison.Ordinal);
            Assert.All(Es1370Rates.Of(Es1370Converter.Dac2), r => Assert.Equal(0, 1_411_200 % r));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task S1_The_ring_says_what_there_is()
    {
        await using var machine = new SoundMachine();
        machine.Run(card =>
        {
            using CyclicTransfer large = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new() { Ring = TimeSpan.FromSeconds(10) });
            Assert.Equal(148 * 1764, large.RingBytes);
            Assert.Equal(1_764_000, large.RequestedBytes);
            using CyclicTransfer odd = card.Open(Es1370Converter.Dac1, new StreamFormat(SampleFormat.UInt8, 1, 11_025), new() { Period = TimeSpan.FromSeconds(10), Ring = TimeSpan.FromSeconds(100) });
            Assert.Equal((0, 0), (odd.PeriodBytes % 4, odd.RingBytes % odd.PeriodBytes));
            Assert.True(odd.PeriodBytes <= 65_536 && odd.RingBytes <= Es1370Driver.LargestRing);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Converters_that_share_a_rate_or_are_taken_say_so()
    {
        await using var machine = new SoundMachine();
        machine.Run(card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd);
            Assert.Contains("is in use", Assert.Throws<DmaMisuseException>(() => card.Open(Es1370Converter.Dac2, SoundMachine.Cd)).Message, StringComparison.Ordinal);
            Assert.Contains("shares its rate with Dac2, which is open at 44100 Hz, not 22050",
                Assert.Throws<DmaMisuseException>(() => card.Open(Es1370Converter.Adc, new StreamFormat(SampleFormat.Int16, 1, 22_050))).Message, StringComparison.Ordinal);
            Assert.Contains("legal: 1 or 2 channels of UInt8 or Int16",
                Assert.Throws<ArgumentException>(() => card.Open(Es1370Converter.Dac1, new StreamFormat(SampleFormat.Float32, 2, 44_100))).Message, StringComparison.Ordinal);
            play.Dispose();
            card.Open(Es1370Converter.Adc, new StreamFormat(SampleFormat.Int16, 1, 22_050)).Dispose();
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_pause_holds_the_position_and_nothing_is_lost()
    {
        byte[] sound = SoundMachine.Noise(4 * 8000, seed: 9);
        await using var machine = new SoundMachine();
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd);
            play.Prepare();
            play.Append(sound);
            play.Start();
            await machine.Delay(0.05);
            card.SetPaused(Es1370Converter.Dac2, true);
            play.Poll();
            long stood = play.Position;
            await machine.Delay(3);
            play.Poll();
            Assert.Equal(stood, play.Position);
            card.SetPaused(Es1370Converter.Dac2, false);
            await play.DrainAsync();
            Assert.Equal(0, play.Statistics.Underruns);
        });
        Assert.Equal(sound, machine.Dac2.ToArray()[..sound.Length]);
    }

    [Fact]
    public async Task Another_device_is_refused()
    {
        await using var platform = new Emulation.EmulatedPlatform(new() { Stepped = true });
        await using PciFunction function = await platform.OpenAsync(platform.Add(new EduDevice()));
        Assert.Contains("is no ES1370", Assert.Throws<DmaException>(() => Es1370Driver.Start(function)).Message, StringComparison.Ordinal);
    }

    private static int IndexOf(byte[] where, byte[] what) => where.AsSpan().IndexOf(what);
}
