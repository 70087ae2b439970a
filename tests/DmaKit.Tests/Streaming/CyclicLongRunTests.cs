namespace DmaKit.Tests;

/// <summary>A thousand hours at 192 kHz in positions alone.</summary>
public sealed class CyclicLongRunTests(ITestOutputHelper output)
{
    private const int Channels = 8, SampleBytes = 4, Frame = Channels * SampleBytes, Rate = 192_000;

    [Theory]
    [InlineData(0)]
    [InlineData(137)]
    public void S2_A_thousand_hours_at_192_kHz_are_exact(int partsPerMillion)
    {
        const long hours = 1000, apart = 4;
        var clock = new SettableClock { Now = 987_654_321 };
        var machine = new PlainMachine(pages: 4, clock: clock);
        var device = new Still();

        // The ring is small and its silence is not touched: repeat leaves memory alone.
        using CyclicTransfer transfer = CyclicTransfer.Create(machine.CreateAdapter(), device, new()
        {
            FrameBytes = Frame,
            Rate = Rate,
            PeriodBytes = 4096,
            RingBytes = 16_384,
            Underrun = UnderrunPolicy.Repeat,
        });
        transfer.Start();
        long started = clock.Now;
        long frames = 0, last = -1;
        for (long second = apart; second <= hours * 3600; second += apart)
        {
            // By the device's own clock, in whole numbers: what it has done after so many of the host's seconds.
            frames = (long)((Int128)second * Rate * (1_000_000 + partsPerMillion) / 1_000_000);
            clock.Now = started + second * SettableClock.Frequency;
            transfer.ReportCounter((ulong)frames * Frame, 40, 1, clock.Now);
            if ((second & 0xFFFF) != 0) continue;
            long position = transfer.Position;
            Assert.Equal(frames * Frame, position);
            Assert.True(position > last);
            last = position;
            Assert.Equal(position % transfer.RingBytes, transfer.OffsetOf(position));
            ClockPrediction ahead = transfer.DeviceClock.Predict(clock.Now + SettableClock.Frequency / 100);
            Assert.InRange(ahead.Position - frames, Rate / 100 - 2 - ahead.ErrorBound, Rate / 100 + 2 + ahead.ErrorBound);
        }

        Assert.Equal(frames * Frame, transfer.Position);
        Assert.Equal((0, 0, 0), (transfer.Statistics.LostPositions, transfer.Statistics.ResolvedLaps, transfer.Statistics.BackwardReports));
        Assert.Equal(transfer.Position, transfer.Statistics.UnderrunBytes);
        Assert.InRange(transfer.DriftPartsPerMillion, partsPerMillion - 0.001, partsPerMillion + 0.001);
        output.WriteLine($"{transfer.Position:#,0} bytes, drift {transfer.DriftPartsPerMillion:0.000000} ppm");
    }

    [Fact]
    public void S2_A_position_of_32_bits_would_be_caught()
    {
        // The twin: what a counter of 32 bits without unwrapping says after ten hours.
        long truth = 10L * 3600 * Rate * Frame;
        Assert.NotEqual(truth, (uint)truth);
    }

    private sealed class Still : ICyclicDevice
    {
        public void Start(CyclicTransfer transfer)
        {
        }

        public void Stop(CyclicTransfer transfer)
        {
        }

        public void Poll(CyclicTransfer transfer)
        {
        }
    }
}
