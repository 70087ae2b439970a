namespace DmaKit.Tests;

/// <summary>S3 and S4: writing ahead of a device, coming late, and having nothing to write.</summary>
public sealed class CyclicPlaybackTests
{
    private static CyclicTransferOptions Options { get; } = new() { FrameBytes = 4, Rate = RingDevice.Rate, PeriodBytes = 40, RingBytes = 400 };

    [Fact]
    public void S3_Where_what_was_late_or_missing_belongs_is_told()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        Append(device, 80);
        device.Transfer.Start();
        device.Move(60);
        device.Report();
        Assert.Empty(device.Transfer.Gaps);

        // Missing from 80 on; what goes on from there is the same gap.
        device.Move(60);
        device.Report();
        device.Move(20);
        device.Report();
        Assert.Equal([new CyclicGap(80, 60)], device.Transfer.Gaps);

        // Late: written where the device was already.
        CyclicWrite late = device.Transfer.WriteAt(100, RingDevice.Data(100, 100));
        Assert.True(late.Late >= 40);
        Assert.Equal([new CyclicGap(80, 60 + (late.Late - 40))], device.Transfer.Gaps);
        Assert.Equal((60, late.Late), (device.Transfer.Statistics.UnderrunBytes, device.Transfer.Statistics.LateBytes));
    }

    [Fact]
    public void S3_What_is_appended_in_time_is_heard_at_its_position()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        Append(device, 400);
        device.Transfer.Start();
        for (int i = 0; i < 100; i++)
        {
            device.Move(40);
            CyclicWrite write = Append(device, 40);
            Assert.Equal((40, 0), (write.Written, write.Late));
        }

        Assert.All(device.Played, p => Assert.Equal(RingDevice.Of(p.Position), p.Value));
        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal((0, 0, 0, 4400), (counted.Underruns, counted.LateBytes, counted.StaleBytes, counted.DataBytes));
    }

    [Fact]
    public void S3_The_safe_position_is_prediction_bound_fifo_and_accuracy()
    {
        RingDevice device = Settled(Options with { FifoBytes = 16, PositionAccuracy = 8 }, fifo: 16);
        device.Move(40);
        ClockPrediction now = device.Transfer.DeviceClock.Predict(device.Clock.Now);
        ClockPrediction later = device.Transfer.DeviceClock.Predict(device.Clock.Now + SettableClock.Frequency / 50);
        Assert.Equal(4 * (now.Position + now.ErrorBound) + 16, device.Transfer.SafeWritePosition(TimeSpan.Zero));
        Assert.Equal(4 * (later.Position + later.ErrorBound) + 16, device.Transfer.SafeWritePosition(TimeSpan.FromMilliseconds(20)));
        Assert.True(device.Transfer.SafeWritePosition(TimeSpan.Zero) >= device.Truth + 16);
        Assert.True(later.Position >= now.Position + 20);
    }

    [Fact]
    public void S3_What_is_too_late_is_not_written_but_reported()
    {
        RingDevice device = Settled(Options);
        long position = device.Truth;
        long safe = device.Transfer.SafeWritePosition(TimeSpan.Zero);
        CyclicWrite write = device.Transfer.WriteAt(position - 20, RingDevice.Data(position - 20, 100));
        Assert.Equal(safe, write.Position);
        Assert.Equal((int)(safe - position) + 20, write.Late);
        Assert.Equal(100 - write.Late, write.Written);
        Assert.Equal(write.Late, device.Transfer.Statistics.LateBytes);
        device.Move(100);
        Assert.DoesNotContain(device.Played, p => p.Position >= safe && p.Position < position + 80 && p.Value != RingDevice.Of(p.Position));
    }

    [Fact]
    public void S3_What_comes_late_during_the_copy_is_counted_and_not_heard_a_lap_later()
    {
        RingDevice device = Settled(Options with { RingBytes = 4000 });
        CyclicSpans place = device.Transfer.AcquireWrite(400);
        place.CopyFrom(RingDevice.Data(place.Position, 400));
        long start = place.Position;

        // The program is held up: the device goes far into what it is writing.
        device.Move(200);
        int late = device.Transfer.CommitWrite(400);
        Assert.Equal(device.Truth - start, late);
        Assert.Equal(late, device.Transfer.Statistics.LateBytes);
        for (int i = 0; i < 40; i++)
        {
            device.Move(100);
            device.Report();
        }

        Assert.All(device.Played.Where(p => p.Position >= start + 400), p => Assert.Equal(0, p.Value));
    }

    [Fact]
    public void S3_A_place_goes_over_the_rings_end_as_two_spans()
    {
        RingDevice device = Settled(Options);
        device.Move(300);
        int toEnd = (int)(400 - device.Transfer.OffsetOf(device.Transfer.SafeWritePosition(TimeSpan.Zero)));
        CyclicSpans place = device.Transfer.AcquireWrite(toEnd + 40);
        Assert.Equal((toEnd, 40), (place.First.Length, place.Second.Length));
        byte[] data = RingDevice.Data(place.Position, place.Length);
        place.CopyFrom(data);
        Assert.Equal(data[..toEnd], place.First.ToArray());
        Assert.Equal(data[toEnd..], place.Second.ToArray());
        var back = new byte[place.Length];
        place.CopyTo(back);
        Assert.Equal(data, back);
        Assert.Equal(0, device.Transfer.CommitWrite(place.Length));
    }

    [Fact]
    public void S4_Silence_after_the_end_and_the_numbers_go_on()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        Append(device, 80);
        device.Transfer.Start();
        for (int i = 0; i < 30; i++)
        {
            device.Move(40);
            device.Report();
        }

        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal((1, 1120, 80, 0), (counted.Underruns, counted.UnderrunBytes, counted.DataBytes, counted.StaleBytes));
        Assert.All(device.Played, p => Assert.Equal(p.Position < 80 ? RingDevice.Of(p.Position) : 0, p.Value));

        // What comes next goes where it can be heard, and the gap is in the books.
        CyclicWrite write = Append(device, 200);
        Assert.True(write.Position > 1200);
        counted = device.Transfer.Statistics;
        Assert.Equal((1, write.Position - 80, 280), (counted.Underruns, counted.UnderrunBytes, counted.DataBytes));
        device.Move(400);
        device.Report();
        Assert.Equal(2, device.Transfer.Statistics.Underruns);
        Assert.All(device.Played.Where(p => p.Position >= write.Position && p.Position < write.Position + 200), p => Assert.Equal(RingDevice.Of(p.Position), p.Value));
    }

    [Fact]
    public void S4_Repeat_plays_the_ring_again()
    {
        var device = new RingDevice(Options with { Underrun = UnderrunPolicy.Repeat });
        device.Transfer.Prepare();
        Append(device, 400);
        device.Transfer.Start();
        for (int i = 0; i < 30; i++)
        {
            device.Move(40);
            device.Report();
        }

        Assert.All(device.Played, p => Assert.Equal(RingDevice.Of(p.Position % 400), p.Value));
        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal((1, 800, 0), (counted.Underruns, counted.UnderrunBytes, counted.StaleBytes));
    }

    [Fact]
    public void S4_Stop_stops_the_device_and_it_can_be_started_again()
    {
        var device = new RingDevice(Options with { Underrun = UnderrunPolicy.Stop });
        device.Transfer.Prepare();
        Append(device, 80);
        device.Transfer.Start();
        device.Move(40);
        device.Report();
        Assert.True(device.IsMoving);
        device.Move(60);
        device.Report();
        Assert.False(device.IsMoving);
        Assert.Equal(CyclicState.Stopped, device.Transfer.State);
        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal((1, 20, 80), (counted.Underruns, counted.UnderrunBytes, counted.DataBytes));
        Assert.Equal(0, device.Transfer.Append(RingDevice.Data(0, 40)).Written);

        device.Transfer.Prepare();
        Assert.Equal(100, Append(device, 40).Position);
        device.Transfer.Start();
        device.Move(40);
        device.Report();
        Assert.Equal(RingDevice.Data(100, 40), device.Played.TakeLast(40).Select(p => p.Value));
        Assert.Equal(2, device.Starts);
    }

    [Fact]
    public void S4_More_than_a_lap_without_a_report_is_counted_as_stale()
    {
        RingDevice device = Settled(Options);
        Append(device, 4000);
        long end = device.Transfer.End;
        long limit = device.Transfer.Position + 400;
        device.Move(1000);
        device.Report();
        Assert.Equal(device.Truth - limit, device.Transfer.Statistics.StaleBytes);
        Assert.True(device.Transfer.Statistics.UnderrunBytes >= device.Truth - end);
        device.Move(400);
        Assert.All(device.Played.TakeLast(400), p => Assert.Equal(0, p.Value));
    }

    [Fact]
    public void S4_Draining_plays_what_is_queued_and_is_no_underrun()
    {
        var device = new RingDevice(Options with { FifoBytes = 16, Underrun = UnderrunPolicy.Repeat }) { Fifo = 16 };
        device.Transfer.Prepare();
        Append(device, 200);
        device.Transfer.Start();
        Task drained = device.Transfer.DrainAsync().AsTask();
        for (int i = 0; i < 5; i++)
        {
            device.Move(40);
            device.Report();
            device.Pump.RunUntilIdle();
            Assert.False(drained.IsCompleted);
        }

        device.Move(40);
        device.Report();
        device.Pump.RunUntilIdle();
        Assert.True(drained.IsCompletedSuccessfully);
        Assert.False(device.IsMoving);
        CyclicStatistics counted = device.Transfer.Statistics;
        Assert.Equal((0, 0, 200, 40), (counted.Underruns, counted.UnderrunBytes, counted.DataBytes, counted.SilenceBytes));
        Assert.All(device.Played.Where(p => p.Position >= 200), p => Assert.Equal(0, p.Value));
    }

    [Fact]
    public void S4_A_write_further_ahead_leaves_silence_that_is_no_underrun()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        Append(device, 40);
        Assert.Equal(100, device.Transfer.WriteAt(100, RingDevice.Data(100, 40)).Position);
        device.Transfer.WriteAt(60, RingDevice.Data(60, 60));
        device.Transfer.Start();
        device.Move(140);
        device.Report();
        Assert.All(device.Played, p => Assert.Equal(p.Position is >= 40 and < 60 ? 0 : RingDevice.Of(p.Position), p.Value));
        CyclicStatistics counted = device.Transfer.Statistics;

        // Written over in part: 60 bytes of silence were in the books when they were skipped.
        Assert.Equal((0, 60, 80), (counted.Underruns, counted.SilenceBytes, counted.DataBytes));
    }

    [Fact]
    public void S4_What_a_stop_drops_is_counted()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        Append(device, 400);
        device.Transfer.Start();
        device.Move(100);
        device.Transfer.Stop();
        Assert.Equal((400, 300), (device.Transfer.Position, device.Transfer.Statistics.DroppedBytes));
        Assert.Equal(0, device.Transfer.Lead);
        device.Transfer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Transfer.Append(default));
    }

    [Fact]
    public void S4_Misuse_teaches()
    {
        var device = new RingDevice(Options);
        device.Transfer.Prepare();
        Assert.Contains("legal: a multiple of the frame, which has 4", Assert.Throws<ArgumentException>(() => device.Transfer.Append(new byte[3])).Message, StringComparison.Ordinal);
        Assert.Contains("legal: Stopped", Assert.Throws<DmaMisuseException>(device.Transfer.Prepare).Message, StringComparison.Ordinal);
        Assert.Contains("without AcquireWrite", Assert.Throws<DmaMisuseException>(() => device.Transfer.CommitWrite(0)).Message, StringComparison.Ordinal);
        Assert.Contains("write to it", Assert.Throws<DmaMisuseException>(() => device.Transfer.Read(default)).Message, StringComparison.Ordinal);
        device.Transfer.AcquireWrite(40);
        Assert.Contains("two threads at once", Assert.Throws<DmaMisuseException>(() => device.Transfer.Append(default)).Message, StringComparison.Ordinal);
        Assert.Contains("40 were acquired", Assert.Throws<ArgumentOutOfRangeException>(() => device.Transfer.CommitWrite(44)).Message, StringComparison.Ordinal);
        device.Transfer.CommitWrite(0);
    }

    private static CyclicWrite Append(RingDevice device, int bytes)
    {
        // Where it goes is known only when there is a place; the data belongs to that.
        CyclicSpans place = device.Transfer.AcquireWrite(bytes);
        place.CopyFrom(RingDevice.Data(place.Position, place.Length));
        (long position, int length) = (place.Position, place.Length);
        return new CyclicWrite(position, length, device.Transfer.CommitWrite(length));
    }

    private static RingDevice Settled(CyclicTransferOptions options, int fifo = 0)
    {
        var device = new RingDevice(options) { Fifo = fifo };
        device.Transfer.Start();
        for (int i = 0; i < 200; i++)
        {
            device.Move(40);
            device.Report();
        }

        return device;
    }
}
