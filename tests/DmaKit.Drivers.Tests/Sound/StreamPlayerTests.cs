using DmaKit.Devices;

namespace DmaKit.Drivers.Tests;

/// <summary>Many sources through one card, compared with an offline mix sample for sample.</summary>
public sealed class StreamPlayerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task S5_Three_sources_on_a_skewed_and_jittery_card_equal_an_offline_mix(int seed) => PlayThreeAsync(seed, TimeSpan.FromSeconds(20));

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public Task Soak_Ten_minutes_of_three_sources_equal_an_offline_mix() => PlayThreeAsync(seed: 7, TimeSpan.FromMinutes(10));

    [Fact]
    public async Task S5_A_source_added_while_half_a_second_is_queued_is_heard_at_its_exact_frame()
    {
        var sink = new ComparingSink();
        await using var machine = new SoundMachine(dac2: sink);
        machine.Run(async card =>
        {
            StreamPlayer player = HalfASecondAhead(card);
            CyclicTransfer play = player.Transfer;
            var loud = new NoiseSource(1, 3 * 44_100);
            sink.Expect(loud, 0);
            player.Add(loud, 0);
            long asked = 0, added = 0;
            await player.RunAsync(toEnd: true, p =>
            {
                if (added != 0 || p.Transfer.Position < 4 * 44_100) return;

                // A second of loud noise is under way and half a second more is queued: this one comes on top, where it saturates, too.
                Assert.InRange(p.Transfer.Lead, 4 * 20_000, 4 * 22_100);
                p.Transfer.Poll();
                asked = p.Transfer.Position / 4;
                added = p.NextFrame;
                var late = new NoiseSource(99, 20_000);
                sink.Expect(late, added);
                Assert.Equal(added, p.Add(late, added, new ComposedSourceOptions { Ramp = TimeSpan.Zero }).FirstFrame);
            });
            double distance = (added - asked) / 44.1;
            output.WriteLine($"heard {distance:0.00} ms after the device's position, {added} frames in");
            Assert.InRange(distance, 0, 5);
            Assert.Equal((0, 0), (play.Statistics.Underruns, play.Statistics.LateBytes));
        });
        Assert.True(sink.Saturated > 1000);
        Assert.Equal((0, -1), (sink.Wrong, sink.FirstWrong));
        Assert.True(sink.Frames >= 3 * 44_100);
    }

    [Fact]
    public async Task S5_A_source_that_is_removed_is_gone_after_the_safe_distance_and_the_others_go_on()
    {
        var sink = new ComparingSink();
        await using var machine = new SoundMachine(dac2: sink);
        machine.Run(async card =>
        {
            StreamPlayer player = HalfASecondAhead(card);
            CyclicTransfer play = player.Transfer;
            var steady = new NoiseSource(1, 2 * 44_100);
            ComposedSource? leaving = player.Add(new NoiseSource(2, 2 * 44_100), 0, new ComposedSourceOptions { Ramp = TimeSpan.Zero });
            player.Add(steady, 0);
            sink.Expect(steady, 0);
            bool removed = false;
            player.Update();

            // The sink compares as it comes, so what is to leave is expected just up to where it leaves.
            long cut = 44_100;
            sink.Expect(new NoiseSource(2, cut), 0);
            await player.RunAsync(toEnd: true, p =>
            {
                if (removed || p.NextFrame < cut - 441) return;
                removed = true;
                Assert.True(p.NextFrame < cut, $"{p.NextFrame}");
                Assert.True(p.Transfer.Lead > 4 * 20_000);
                p.Remove(leaving, cut);
            });
            Assert.True(removed);
            Assert.Equal((0, 0), (play.Statistics.Underruns, play.Statistics.LateBytes));
        });
        Assert.Equal((0, -1), (sink.Wrong, sink.FirstWrong));
    }

    [Fact]
    public async Task S5_The_comparison_sees_one_wrong_sample()
    {
        var sink = new ComparingSink();
        await using var machine = new SoundMachine(dac2: sink);
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd);
            play.Prepare();
            var player = new StreamPlayer(play, SoundMachine.Cd);
            sink.Expect(new NoiseSource(1, 10_000), 1);
            player.Add(new NoiseSource(1, 10_000), 0);
            await player.RunAsync(toEnd: true);
        });
        Assert.True(sink.Wrong > 19_000);
        Assert.Equal(0, sink.FirstWrong);
    }

    [Fact]
    public async Task S4_After_an_underrun_the_player_goes_on_at_the_right_frame()
    {
        var sink = new ComparingSink();
        await using var machine = new SoundMachine(dac2: sink);
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd);
            play.Prepare();
            var player = new StreamPlayer(play, SoundMachine.Cd);
            player.Add(new NoiseSource(1, 3 * 44_100), 0);
            player.Update();
            play.Start();
            await machine.Delay(1);
            player.Update();
            CyclicStatistics counted = play.Statistics;
            Assert.Equal(1, counted.Underruns);
            Assert.Equal(0, counted.LateBytes);
            long resumed = (counted.DataBytes + counted.UnderrunBytes - play.Lead) / 4;
            Assert.InRange(resumed, 44_100, 44_700);
            Assert.Equal(play.End, counted.DataBytes + counted.UnderrunBytes + counted.SilenceBytes);
        });
    }

    private static StreamPlayer HalfASecondAhead(Es1370Driver card)
    {
        CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new() { Ring = TimeSpan.FromMilliseconds(600) });
        play.Prepare();
        return new StreamPlayer(play, SoundMachine.Cd, TimeSpan.FromMilliseconds(500));
    }

    private async Task PlayThreeAsync(int seed, TimeSpan length)
    {
        TimeSpan sigma = TimeSpan.FromMilliseconds(2);
        var options = new Es1370Options { SkewPartsPerMillion = 300, Jitter = sigma, Seed = seed };
        output.WriteLine($"seed {seed}");
        var sink = new ComparingSink();
        await using var machine = new SoundMachine(options, dac2: sink);
        long frames = (long)(length.TotalSeconds * 44_100);
        machine.Run(async card =>
        {
            CyclicTransfer play = card.Open(Es1370Converter.Dac2, SoundMachine.Cd, new()
            {
                Period = TimeSpan.FromMilliseconds(5),
                Ring = TimeSpan.FromMilliseconds(300),
                PositionAge = options.LongestLag,
            });
            play.Prepare();
            var player = new StreamPlayer(play, SoundMachine.Cd);
            foreach ((uint which, long start) in new[] { (1u, 0L), (2u, 12_345L), (3u, frames / 3) })
            {
                var source = new NoiseSource(which, frames - start);
                sink.Expect(source, start);
                player.Add(source, start);
            }

            await player.RunAsync(toEnd: true);
            CyclicStatistics counted = play.Statistics;
            output.WriteLine($"{play.Position / 4:#,0} frames, drift {play.DriftPartsPerMillion:0.00} ppm, {counted}");
            Assert.Equal((0, 0, 0, 0), (counted.Underruns, counted.LateBytes, counted.StaleBytes, counted.LostPositions));
            Assert.InRange(play.DriftPartsPerMillion, 270, 330);
        });
        Assert.Equal((0, -1), (sink.Wrong, sink.FirstWrong));
        Assert.True(sink.Frames >= frames);
        Assert.True(sink.Saturated > frames / 10);
    }
}
