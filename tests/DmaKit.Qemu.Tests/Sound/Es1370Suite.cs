using System.Buffers.Binary;
using DmaKit.Drivers;

namespace DmaKit.Qemu.Tests;

/// <summary>The tests of the sound card's driver, for every machine that has the card: ours, QEMU's, QEMU's behind VT-d. All on the real clock.</summary>
/// <remarks>A real clock does not wait for a busy machine. So a test compares all that was heard but for the stretches that the driver says came late.</remarks>
public abstract class Es1370Suite(ITestOutputHelper output)
{
    // What a card has fetched, and not played, when it is switched off is never heard: QEMU keeps up to about 1,000 frames, so silence comes last.
    private const int Tail = 4096;

    private static readonly StreamFormat s_cd = new(SampleFormat.Int16, 2, 44_100);
    private static readonly TimeSpan s_longRing = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(Es1370Converter.Dac1, SampleFormat.Int16, 1, 22_050)]
    [InlineData(Es1370Converter.Dac2, SampleFormat.Int16, 2, 44_100)]
    [InlineData(Es1370Converter.Dac2, SampleFormat.UInt8, 1, 11_025)]
    public async Task S1_What_the_ring_holds_is_heard(Es1370Converter converter, SampleFormat samples, int channels, int rate)
    {
        var format = new StreamFormat(samples, channels, rate);
        byte[] sound = Noise((rate / 4) * format.FrameBytes, seed: rate);
        await using SoundStand stand = await StartAsync(rate);
        await stand.RunAsync(async driver =>
        {
            using CyclicTransfer play = driver.Open(converter, format, new() { Ring = s_longRing });
            play.Prepare();
            Assert.Equal(sound.Length, play.Append(sound).Written);
            play.Append(Silence(format));
            play.Start();
            await play.DrainAsync();
            Assert.True(play.Position >= sound.Length);
        });
        await stand.CloseAsync();
        AssertHeard(format, sound, stand);
    }

    [Fact]
    public async Task S5_Three_sources_are_heard_as_their_sum_but_for_what_came_late()
    {
        // A lap of the ring takes 3 s at this rate: long enough to tell laps apart on a machine that stands still for a second.
        const int second = 22_050, frames = second * 7 / 2;
        var format = new StreamFormat(SampleFormat.Int16, 2, second);
        byte[][] sources = [Noise(frames * 4, 1), Noise(second * 4, 2), Noise(second * 4, 3)];
        long[] starts = [0, second / 3, 0];
        IReadOnlyList<CyclicGap> gaps = [];
        await using SoundStand stand = await StartAsync(second);
        await stand.RunAsync(async driver =>
        {
            using CyclicTransfer play = driver.Open(Es1370Converter.Dac2, format, new() { Ring = s_longRing, Period = TimeSpan.FromMilliseconds(10) });
            play.Prepare();
            var player = new StreamPlayer(play, format);
            for (int i = 0; i < 2; i++) player.Add(new MemorySource(format, sources[i]), starts[i]);
            player.Add(new MemorySource(format, new byte[Tail * 4]), frames);
            await player.RunAsync(toEnd: true, p =>
            {
                // The third comes on top of what is queued.
                if (starts[2] != 0 || p.Transfer.Position == 0) return;
                starts[2] = p.Add(new MemorySource(format, sources[2]), null, new ComposedSourceOptions { Ramp = TimeSpan.Zero }).FirstFrame;
            }, TestContext.Current.CancellationToken);
            gaps = play.Gaps;
            CyclicStatistics counted = play.Statistics;
            output.WriteLine($"late {counted.LateBytes}, missing {counted.UnderrunBytes} bytes; reports {counted.Reports}; drift {play.DriftPartsPerMillion:0.0} ppm; lost {counted.LostPositions}, third at {starts[2]}");
            Assert.Equal(counted.LateBytes + counted.UnderrunBytes == 0, gaps.Count == 0);
            Assert.True(starts[2] > 0, "the third was not added");
        });
        await stand.CloseAsync();
        AssertMix(sources, starts, frames, stand.Heard(), gaps);
    }

    [Fact]
    public async Task S2_Polling_does_without_interrupts()
    {
        byte[] sound = Noise(44_100 / 4 * 4, 4);
        await using SoundStand stand = await StartAsync(s_cd.Rate);
        await stand.RunAsync(async driver =>
        {
            using CyclicTransfer play = driver.Open(Es1370Converter.Dac2, s_cd, new() { Ring = s_longRing, Interrupts = false, PollInterval = TimeSpan.FromMilliseconds(5) });
            play.Prepare();
            play.Append(sound);
            play.Append(Silence(s_cd));
            play.Start();
            await play.DrainAsync();
        });
        await stand.CloseAsync();
        AssertHeard(s_cd, sound, stand);
    }

    [Fact]
    public async Task S7_Capture_fills_the_ring_with_what_the_card_hears()
    {
        byte[] sound = Noise(22_050 / 2 * 4, 6);
        var format = new StreamFormat(SampleFormat.Int16, 2, 22_050);
        await using SoundStand stand = await StartAsync(format.Rate, hears: sound);
        await stand.RunAsync(async driver =>
        {
            using CyclicTransfer record = driver.Open(Es1370Converter.Adc, format, new() { Ring = s_longRing });
            record.Start();
            var got = new byte[record.RingBytes];
            long heard = 0, lost = 0;

            // Silence follows the sound.
            while (heard < sound.Length + 4_000)
            {
                Array.Fill(got, (byte)0x5A);
                CyclicRead read = await record.ReadAsync(got, TestContext.Current.CancellationToken);
                lost += read.Lost;
                Assert.Equal(heard + read.Lost, read.Position);
                heard = read.Position + read.Length;

                // A card that stood still while the machine was busy may look as if it had gone round: then it is not known any more which part of the sound this is.
                if (lost > 0) continue;
                for (int i = 0; i < read.Length; i++)
                {
                    long at = read.Position + i;
                    byte expected = at < sound.Length ? sound[at] : (byte)0;
                    if (got[i] != expected) Assert.Fail($"byte {at} is 0x{got[i]:X2}, and should be 0x{expected:X2}");
                }
            }

            record.Stop();
            output.WriteLine($"{lost} bytes lost of {heard}");
            Assert.Equal(record.Position, record.Statistics.ReadBytes + record.Statistics.OverrunBytes + record.Available);
        });
        await stand.CloseAsync();
    }

    [Fact]
    public async Task S2_A_pause_holds_the_position_and_nothing_is_lost()
    {
        byte[] sound = Noise(44_100 / 2 * 4, 9);
        await using SoundStand stand = await StartAsync(s_cd.Rate);
        await stand.RunAsync(async driver =>
        {
            using CyclicTransfer play = driver.Open(Es1370Converter.Dac2, s_cd, new() { Ring = s_longRing });
            play.Prepare();
            play.Append(sound);
            play.Append(Silence(s_cd));
            play.Start();
            await play.WaitForPositionAsync(sound.Length / 4, TestContext.Current.CancellationToken);
            driver.SetPaused(Es1370Converter.Dac2, true);
            play.Poll();
            long stood = play.Position;
            for (int i = 0; i < 20; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
                play.Poll();
                Assert.Equal(stood, play.Position);
            }

            driver.SetPaused(Es1370Converter.Dac2, false);
            await play.DrainAsync();
        });
        await stand.CloseAsync();
        AssertHeard(s_cd, sound, stand);
    }

    [Fact]
    public async Task S1_The_ring_is_one_run_within_the_cards_reach()
    {
        await using SoundStand stand = await StartAsync(s_cd.Rate);
        await stand.RunAsync(driver =>
        {
            using CyclicTransfer play = driver.Open(Es1370Converter.Dac2, s_cd, new() { Ring = s_longRing });
            output.WriteLine($"{play.RingBytes} bytes at {play.LogicalAddress}");
            Assert.InRange(play.RingBytes, 2 * play.PeriodBytes, Es1370Driver.LargestRing);
            Assert.Equal(0u, play.LogicalAddress.High32);
            return Task.CompletedTask;
        });
        await stand.CloseAsync();
    }

    /// <summary>A machine with the card, or a skip.</summary>
    /// <param name="rate">The rate of what it plays, where that must be said beforehand.</param>
    /// <param name="hears">What it captures; null for a card that plays.</param>
    protected abstract ValueTask<SoundStand> StartAsync(double rate, byte[]? hears = null);

    internal static void AssertMix(byte[][] sources, long[] starts, int frames, short[] heard, IReadOnlyList<CyclicGap> gaps)
    {
        Assert.True(heard.Length >= frames * 2, $"{heard.Length / 2} of {frames} frames were heard");
        int compared = 0;
        for (int at = 0; at < frames * 4; at += 2)
        {
            if (gaps.Any(g => at + 2 > g.Position && at < g.End)) continue;
            int sum = 0;
            for (int i = 0; i < sources.Length; i++)
                if (at - starts[i] * 4 is var place && place >= 0 && place < sources[i].Length) sum += BinaryPrimitives.ReadInt16LittleEndian(sources[i].AsSpan((int)place));
            short expected = (short)Math.Clamp(sum, short.MinValue, short.MaxValue);
            short got = heard[at / 2];
            if (got != expected) Assert.Fail($"sample {at % 4 / 2} of frame {at / 4} is {got}, and should be {expected}; late: {string.Join(", ", gaps.Select(g => $"{g.Position / 4} to {g.End / 4}"))}");
            compared++;
        }

        Assert.True(compared > 0 || gaps.Count > 0);
    }

    private static void AssertHeard(StreamFormat format, byte[] sound, SoundStand stand)
    {
        short[] expected = stand.ToStereo(format, [.. sound, .. Silence(format)]), heard = stand.Heard();
        int least = sound.Length / format.FrameBytes * 2, same = expected.AsSpan().CommonPrefixLength(heard);
        Assert.True(heard.Length >= least, $"{heard.Length} of {least} samples were heard");
        if (same < Math.Min(expected.Length, heard.Length)) Assert.Fail($"sample {same} of {least} is {heard[same]}, and should be {expected[same]}");
    }

    private static byte[] Silence(StreamFormat format)
    {
        var silence = new byte[Tail * format.FrameBytes];
        if (format.Samples == SampleFormat.UInt8) Array.Fill(silence, (byte)0x80);
        return silence;
    }

    private static byte[] Noise(int bytes, int seed)
    {
        var noise = new byte[bytes];
        new Random(seed).NextBytes(noise);
        return noise;
    }
}
