namespace DmaKit.Tests;

/// <summary>S2: positions of 64 bits from reports that know less.</summary>
public sealed class CyclicPositionTests
{
    private static CyclicTransferOptions Options { get; } = new() { FrameBytes = 4, Rate = RingDevice.Rate, PeriodBytes = 40, RingBytes = 400 };

    [Theory]
    [InlineData(0, 4)]
    [InlineData(8, 2)]
    public void S3_A_position_that_is_younger_than_an_answer_would_be_is_not_asked_for(int moveAtPoll, int polls)
    {
        RingDevice device = Running(Options);
        device.MoveAtPoll = () => moveAtPoll;
        for (int i = 0; i < 16; i++)
        {
            device.Move(4);
            device.Transfer.Append(RingDevice.Data(device.Transfer.End, 4));
        }

        // The first of two writes follows upon a report, the second upon what the first found out at its end; each looks at its end all the same.
        device.Report();
        int before = device.Polls;
        for (int i = 0; i < 2; i++) device.Transfer.Append(RingDevice.Data(device.Transfer.End, 4));
        Assert.Equal(polls, device.Polls - before);

        // It is asked for again when it has become old.
        device.Move(20);
        device.Transfer.Append(RingDevice.Data(device.Transfer.End, 4));
        Assert.Equal(polls + 2, device.Polls - before);
        device.Transfer.Stop();
    }

    [Fact]
    public void S2_Positions_grow_over_laps()
    {
        RingDevice device = Running(Options);
        for (int i = 0; i < 1000; i++)
        {
            device.Move(36);
            device.Report();
            Assert.Equal(device.Truth, device.Transfer.Position);
            Assert.Equal(device.Offset, device.Transfer.OffsetOf(device.Truth));
        }

        Assert.Equal(0, device.Transfer.Statistics.ResolvedLaps);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(1196)]
    [InlineData(2000)]
    [InlineData(4012)]
    public void S2_Laps_without_a_report_are_made_out_by_the_clock(int bytes)
    {
        RingDevice device = Running(Options);
        Settle(device);
        device.Move(bytes);
        device.Report();
        Assert.Equal(device.Truth, device.Transfer.Position);
        Assert.Equal(bytes / 400, device.Transfer.Statistics.ResolvedLaps);
        Assert.Equal(0, device.Transfer.Statistics.LostPositions);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(5000)]
    public void S2_A_device_that_starts_late_is_not_taken_to_be_laps_ahead(int late)
    {
        var device = new RingDevice(Options) { StartDelay = late };
        device.Transfer.Start();
        device.Move(40);
        device.Report();
        Assert.Equal(40, device.Transfer.Position);
        Assert.Equal((0, 0), (device.Transfer.Statistics.ResolvedLaps, device.Transfer.Statistics.LostPositions));
    }

    [Fact]
    public void S2_Laps_that_cannot_be_made_out_are_reported_as_lost()
    {
        // Nothing is known of the device's own rate yet, and the time is a thousand laps.
        RingDevice device = Running(Options);
        device.Move(400_012);
        device.Report();
        Assert.Equal(1, device.Transfer.Statistics.LostPositions);
        Assert.Equal(device.Offset, device.Transfer.OffsetOf(device.Transfer.Position));

        // From there on it goes on growing.
        long before = device.Transfer.Position;
        device.Move(40);
        device.Report();
        Assert.Equal(before + 40, device.Transfer.Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(27)]
    public void S2_Periods_that_were_missed_are_made_out_by_the_clock(int periods)
    {
        RingDevice device = Running(Options with { PositionAccuracy = 40 });
        device.AnswersPolls = false;
        for (int i = 0; i < 100; i++)
        {
            device.Move(40);
            device.Transfer.ReportPeriod();
        }

        device.Move(40 * periods);
        device.Transfer.ReportPeriod();
        Assert.Equal(device.Truth, device.Transfer.Position);
        Assert.Equal(periods - 1, device.Transfer.Statistics.ResolvedLaps);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(32, 1)]
    [InlineData(12, 4)]
    public void S2_A_counter_in_memory_tells_laps_apart_by_itself(int bits, int unit)
    {
        RingDevice device = Running(Options);
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            device.Move(4 * random.Next(1, 700));
            device.Transfer.ReportCounter(device.Counter / (ulong)unit, bits, unit);
            Assert.Equal(device.Truth, device.Transfer.Position);
        }

        Assert.Equal(0, device.Transfer.Statistics.LostPositions);
    }

    [Fact]
    public void S2_A_report_that_was_overtaken_changes_nothing()
    {
        RingDevice device = Running(Options);
        Settle(device);
        long early = device.Clock.Now, offset = device.Offset;
        device.Move(40);
        device.Report();
        long position = device.Transfer.Position;
        device.Transfer.ReportOffset(offset, early);
        Assert.Equal(position, device.Transfer.Position);
        Assert.Equal(1, device.Transfer.Statistics.BackwardReports);
    }

    [Fact]
    public void S2_Positions_go_on_over_a_stop()
    {
        RingDevice device = Running(Options);
        device.Move(120);
        device.Transfer.Stop();
        Assert.Equal(120, device.Transfer.Position);
        device.Transfer.Start();
        device.Move(80);
        device.Report();
        Assert.Equal(200, device.Transfer.Position);
        Assert.Equal(80, device.Transfer.OffsetOf(200));
        Assert.Equal(CyclicState.Running, device.Transfer.State);
    }

    [Fact]
    public void S2_A_wrong_report_is_refused_with_the_legal_range()
    {
        RingDevice device = Running(Options);
        Assert.Contains("legal: 0 to 399", Assert.Throws<ArgumentOutOfRangeException>(() => device.Transfer.ReportOffset(400)).Message, StringComparison.Ordinal);
        Assert.Contains("legal: 8 to 63", Assert.Throws<ArgumentOutOfRangeException>(() => device.Transfer.ReportCounter(0, 64)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Transfer.ReportCounter(0, 63, 2));
    }

    [Fact]
    public void S2_A_stopped_transfer_takes_no_reports()
    {
        RingDevice device = Running(Options);
        device.Transfer.Stop();
        device.Transfer.ReportOffset(100);
        device.Transfer.ReportPeriod();
        Assert.Equal(0, device.Transfer.Position);
    }

    [Fact]
    public async Task S2_A_timer_that_comes_when_the_function_is_closed_harms_nobody()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var device = new RingDevice(Options with { PollInterval = TimeSpan.FromMilliseconds(1) })
        {
            MoveAtPoll = () =>
            {
                asked.TrySetResult();
                throw new ObjectDisposedException("function");
            },
        };
        device.Transfer.Start();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        device.MoveAtPoll = () => 0;
        device.Transfer.Stop();
    }

    private static RingDevice Running(CyclicTransferOptions options)
    {
        var device = new RingDevice(options);
        device.Transfer.Start();
        return device;
    }

    private static void Settle(RingDevice device)
    {
        for (int i = 0; i < 100; i++)
        {
            device.Move(40);
            device.Report();
        }
    }
}
