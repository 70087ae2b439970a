namespace DmaKit.Tests;

/// <summary>What a clock must live through.</summary>
public sealed class DeviceClockTests(ITestOutputHelper output)
{
    private const double Rate = 48_000;
    private const long Ticks = 10_000_000;

    [Fact]
    public void S6_Nothing_is_known_before_the_first_report_and_little_after_it()
    {
        var clock = new DeviceClock(Rate, TimeProvider.System);
        Assert.Equal(DeviceClockState.Waiting, clock.State);
        Assert.Equal(new ClockPrediction(0, long.MaxValue), clock.Predict(5));
        Assert.Equal(long.MaxValue, clock.TimestampAt(5));

        clock = Make();
        clock.Report(1_000 * Ticks, 480);
        ClockPrediction prediction = clock.Predict((1_000 * Ticks) + (Ticks / 100));
        Assert.Equal(960, prediction.Position);
        Assert.InRange(prediction.ErrorBound, 48, 960);
        Assert.Equal((1_000 * Ticks) + (Ticks / 100), clock.TimestampAt(960));
        Assert.Equal(DeviceClockState.Following, clock.State);
        Assert.Equal(0, clock.DriftPartsPerMillion);
        Assert.InRange(clock.DriftErrorBound, 1_000, 10_000);
    }

    [Fact]
    public void S6_Missed_doubled_and_reordered_reports_change_little()
    {
        DeviceClock clock = Make();
        var random = new Random(7);
        var reports = new List<(long Time, long Position)>();
        for (int i = 0; i < 12_000; i++)
            reports.Add(((long)((100 + (i * 0.005) + (0.002 * ClockFigures.Normal(random))) * Ticks), (long)(i * 0.005 * Rate * 1.0003)));
        for (int i = 0; i < reports.Count; i++)
        {
            if (random.Next(3) == 0) continue;
            int which = Math.Max(0, i - random.Next(4));
            clock.Report(reports[which].Time, reports[which].Position, 1);
            if (random.Next(10) == 0) clock.Report(reports[which].Time, reports[which].Position, 1);
        }

        output.WriteLine($"{clock.DriftPartsPerMillion:F3} ppm +- {clock.DriftErrorBound:F3}, {clock.Statistics}");
        Assert.InRange(clock.DriftPartsPerMillion, 300 - clock.DriftErrorBound, 300 + clock.DriftErrorBound);
        Assert.InRange(clock.DriftErrorBound, 1, 10);
        Assert.Equal(0, clock.Statistics.Stalls + clock.Statistics.Jumps + clock.Statistics.Changes);
        Assert.True(clock.Statistics.Duplicates > 700);
        Assert.InRange(clock.Statistics.Jitter.TotalMilliseconds, 1.8, 2.2);
    }

    [Theory]
    [InlineData("stall")]
    [InlineData("jump ahead")]
    [InlineData("jump back")]
    [InlineData("suspend")]
    [InlineData("small jump")]
    public void S6_It_finds_its_place_again_and_keeps_what_it_learnt_of_the_speed(string what)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            DeviceClock clock = Make();
            ClockDevice device = Live(PositionClocks.Of(clock), seed, what);
            DeviceClockStatistics statistics = clock.Statistics;
            output.WriteLine($"seed {seed}: after 0.5 s worst {device.WorstError:F0} frames, honest {device.Honest:P2}, drift {clock.DriftPartsPerMillion:F1} +- {clock.DriftErrorBound:F1}, {statistics.Stalls} stalls, {statistics.Jumps} jumps, {statistics.Changes} changes");
            Assert.True(device.Honest >= 0.99, $"seed {seed}: {device.Honest:P2}");
            Assert.InRange(device.WorstError, 0, 0.004 * Rate);
            Assert.InRange(clock.DriftPartsPerMillion, 280, 320);
            Assert.Equal(what == "stall" ? 1 : 0, statistics.Stalls);
            Assert.Equal(DeviceClockState.Following, clock.State);
        }
    }

    [Fact]
    public void S6_Twin_that_does_not_notice_is_caught_by_each_of_these()
    {
        foreach (string what in new[] { "stall", "jump ahead", "jump back", "suspend", "small jump" })
        {
            ClockDevice device = Live(PositionClocks.Line(Rate, Ticks), 1, what);
            output.WriteLine($"{what}: worst {device.WorstError:F0} frames, honest {device.Honest:P2}");
            Assert.True(device.Honest < 0.99 || device.WorstError > 0.004 * Rate, what);
        }
    }

    [Fact]
    public void S6_While_it_stands_still_the_bound_holds_both_where_it_stands_and_where_it_may_be()
    {
        DeviceClock clock = Make();
        var device = new ClockDevice(PositionClocks.Of(clock), 3);
        device.Run(20);
        device.Run(0.1, moves: false);
        Assert.Equal(DeviceClockState.Stalled, clock.State);
        device.Forgive();
        device.Run(5, moves: false);
        Assert.Equal(DeviceClockState.Stalled, clock.State);
        Assert.Equal(1, clock.Statistics.Stalls);
        Assert.True(device.Honest >= 0.99, $"{device.Honest:P2}");
        Assert.InRange(device.WorstError, 0, 0.01 * Rate);
        Assert.True(clock.TimestampAt(1_000_000) > (long)((100 + device.Now - 0.1) * Ticks));
        device.Run(1);
        Assert.Equal(DeviceClockState.Following, clock.State);
        Assert.InRange(device.Error(), 0, 0.002 * Rate);
    }

    [Fact]
    public void S6_A_handler_that_runs_late_now_and_then_is_not_believed()
    {
        DeviceClock clock = Make();
        var device = new ClockDevice(PositionClocks.Of(clock), 5, sigma: 0.0002);
        device.Run(60, late: 0.05);
        output.WriteLine($"{clock.DriftPartsPerMillion:F2} ppm, {clock.Statistics}, worst {device.WorstError}, honest {device.Honest:P2}");
        Assert.True(clock.Statistics.Outliers > 100);
        Assert.InRange(clock.DriftPartsPerMillion, 299, 301);
        Assert.True(device.Honest >= 0.99, $"{device.Honest:P2}");
        Assert.InRange(device.Error(), 0, 0.0005 * Rate);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(441)]
    [InlineData(1_024)]
    public void S6_Positions_in_coarse_steps_are_seen_through(long step)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            DeviceClock clock = Make();
            var device = new ClockDevice(PositionClocks.Of(clock), seed, step: step);
            device.Run(60);
            output.WriteLine($"seed {seed}: {clock.DriftPartsPerMillion:F2} ppm +- {clock.DriftErrorBound:F2}, error {device.Error():F1}, honest {device.Honest:P2}, {clock.Statistics}");
            Assert.InRange(clock.DriftPartsPerMillion, 300 - clock.DriftErrorBound - 1, 300 + clock.DriftErrorBound + 1);
            Assert.True(device.Honest >= 0.99, $"{device.Honest:P2}");
            Assert.InRange(device.Error(), 0, (0.001 * Rate) + (step / 2));
            Assert.Equal(0, clock.Statistics.Stalls);
        }
    }

    [Fact]
    public void S6_A_rate_that_changes_is_followed()
    {
        DeviceClock clock = Make();
        var device = new ClockDevice(PositionClocks.Of(clock), 11);
        device.Run(120);
        device.Skew = -150;
        device.Run(120);
        output.WriteLine($"{clock.DriftPartsPerMillion:F2} ppm +- {clock.DriftErrorBound:F2}, {clock.Statistics}, honest {device.Honest:P2}");
        Assert.InRange(clock.DriftPartsPerMillion, -152, -148);
        Assert.True(clock.Statistics.Changes > 0);
        device.Forgive();
        device.Run(20);
        Assert.True(device.Honest >= 0.99, $"{device.Honest:P2}");
    }

    [Fact]
    public void S6_A_crystal_that_warms_up_is_followed_with_an_honest_bound()
    {
        DeviceClock clock = Make();
        var device = new ClockDevice(PositionClocks.Of(clock), 13, skew: 0);
        for (int second = 0; second < 600; second++)
        {
            device.Skew = 20 * (1 - Math.Exp(-second / 200.0));
            device.Run(1);
        }

        output.WriteLine($"{clock.DriftPartsPerMillion:F2} of {device.Skew:F2} ppm, {clock.Statistics}, worst {device.WorstError:F0}, honest {device.Honest:P2}");
        Assert.InRange(clock.DriftPartsPerMillion, device.Skew - 1.5, device.Skew + 1.5);
        Assert.True(device.Honest >= 0.99, $"{device.Honest:P2}");
    }

    [Fact]
    public void S6_Starting_again_keeps_the_speed_and_forgets_the_place()
    {
        DeviceClock clock = Make();
        var device = new ClockDevice(PositionClocks.Of(clock), 17);
        device.Run(60);
        clock.Restart();
        Assert.Equal(DeviceClockState.Waiting, clock.State);
        Assert.InRange(clock.DriftPartsPerMillion, 295, 305);
        clock.Report(7, 0);
        Assert.Equal(0, clock.Predict(7).Position);
        Assert.InRange(clock.DriftPartsPerMillion, 295, 305);
        Assert.InRange(clock.DriftErrorBound, 0, 50);
    }

    [Fact]
    public void S6_A_thousand_hours_at_192_kHz_lose_nothing()
    {
        const double Fast = 192_000;
        const long Second = 1_000_000_000;
        var clock = new DeviceClock(new DeviceClockOptions { Rate = Fast, TimestampFrequency = Second });
        var random = new Random(19);
        long host = long.MaxValue / 2;
        for (long second = 0; second <= 3_600_000; second++)
        {
            // 123 ppm fast, in whole numbers: the truth has no rounding of its own.
            long position = (second * 192_000) + (second * 192_000 * 123 / 1_000_000);
            long jitter = (long)(1e-4 * Second * ((2 * random.NextDouble()) - 1));
            clock.Report(host + (second * Second) + jitter, position, 1);
        }

        long end = 3_600_000;
        long truth = (end * 192_000) + (end * 192_000 * 123 / 1_000_000);
        ClockPrediction prediction = clock.Predict(host + (end * Second));
        long at = clock.TimestampAt(truth);
        output.WriteLine($"{clock.DriftPartsPerMillion:F9} ppm +- {clock.DriftErrorBound:E2}, off by {prediction.Position - truth} frames of {truth}, bound {prediction.ErrorBound}, inverse off by {at - host - (end * Second)} ns, {clock.Statistics}");
        Assert.InRange(prediction.Position - truth, -2, 2);
        Assert.InRange(prediction.ErrorBound, 1, 4);
        Assert.InRange(at - host - (end * Second), -10_000, 10_000);
        Assert.InRange(clock.DriftPartsPerMillion, 122.999999, 123.000001);
        Assert.Equal(3_600_001, clock.Statistics.WindowReports);
        Assert.Equal(0, clock.Statistics.Changes + clock.Statistics.Jumps + clock.Statistics.Stalls);
    }

    [Fact]
    public void S6_Reporting_and_predicting_allocate_nothing_and_are_legal_in_a_handler()
    {
        DeviceClock clock = Make();
        long at = 0;
        using CallbackContext handler = CallbackContext.Enter();
        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                at++;
                clock.Report(at * Ticks / 200, at * 240, 1);
                _ = clock.Predict(at * Ticks / 200);
                _ = clock.TimestampAt(at * 240);
                _ = clock.DriftPartsPerMillion + clock.DriftErrorBound;
                _ = clock.Statistics;
            }
        }));
    }

    [Fact]
    public void S6_Wrong_values_say_what_is_legal()
    {
        Assert.Contains("Rate is 0; legal", Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceClockOptions { Rate = 0 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceClockOptions { Rate = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceClockOptions { TimestampFrequency = 0 });
        Assert.Contains("legal: 100 ns to 1 s", Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceClockOptions { ExpectedJitter = TimeSpan.Zero }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceClockOptions { TolerancePartsPerMillion = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Make().Report(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make().Report(0, 0, -1));
    }

    private static DeviceClock Make() => new(new DeviceClockOptions { Rate = Rate, TimestampFrequency = Ticks });

    /// <summary>Twenty seconds, something that happens, half a second to find out, ten more seconds that are judged.</summary>
    private static ClockDevice Live(IPositionClock clock, int seed, string what)
    {
        var device = new ClockDevice(clock, seed);
        device.Run(20);
        switch (what)
        {
            case "stall":
                device.Run(0.7, moves: false);
                break;
            case "jump ahead":
                device.Jump(5_000);
                break;
            case "jump back":
                device.Jump(-4_000);
                break;
            case "suspend":
                device.Run(3_600, moves: false, reports: false);
                break;
            default:
                device.Jump(250);
                break;
        }

        device.Run(0.5);
        device.Forgive();
        device.Run(10);
        return device;
    }
}
