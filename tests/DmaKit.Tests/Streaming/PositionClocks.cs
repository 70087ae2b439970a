namespace DmaKit.Tests;

/// <summary>The clock of the library, and two that other people write.</summary>
internal static class PositionClocks
{
    internal static IPositionClock Real(double rate, long ticks) => Of(new DeviceClock(new DeviceClockOptions { Rate = rate, TimestampFrequency = ticks }));

    internal static IPositionClock Of(DeviceClock clock) => new RealClock(clock);

    /// <summary>A control loop of fixed bandwidth: follows well, and never learns more than its bandwidth lets through.</summary>
    internal static IPositionClock Loop(double rate, long ticks) => new LoopClock(rate, ticks);

    /// <summary>A line through everything that was ever reported, whatever happened.</summary>
    internal static IPositionClock Line(double rate, long ticks) => new LineClock(rate, ticks);

    private sealed class RealClock(DeviceClock clock) : IPositionClock
    {
        public double DriftPartsPerMillion => clock.DriftPartsPerMillion;

        public void Report(long time, long position, long accuracy) => clock.Report(time, position, accuracy);

        public ClockPrediction Predict(long time) => clock.Predict(time);
    }

    private sealed class LoopClock(double rate, long ticks) : IPositionClock
    {
        private const double Bandwidth = 0.1;
        private double _position;
        private double _excess;
        private double _time = double.NaN;

        public double DriftPartsPerMillion => _excess / rate * 1e6;

        public void Report(long time, long position, long accuracy)
        {
            double now = (double)time / ticks;
            if (double.IsNaN(_time))
            {
                (_time, _position) = (now, position);
                return;
            }

            double step = now - _time;
            if (step <= 0) return;
            double omega = 2 * Math.PI * Bandwidth * step;
            double expected = _position + ((rate + _excess) * step);
            double error = position - expected;
            _position = expected + (Math.Sqrt(2) * omega * error);
            _excess += omega * omega * error / step;
            _time = now;
        }

        public ClockPrediction Predict(long time) => new((long)(_position + ((rate + _excess) * (((double)time / ticks) - _time))), (long)(0.002 * rate));
    }

    private sealed class LineClock(double rate, long ticks) : IPositionClock
    {
        private LineFit _fit;

        public double DriftPartsPerMillion => _fit.Slope / rate * 1e6;

        public void Report(long time, long position, long accuracy)
        {
            double t = (double)time / ticks;
            _fit.Add(t, position - (rate * t), 1, 0);
        }

        public ClockPrediction Predict(long time)
        {
            double t = (double)time / ticks;
            double deviation = Math.Sqrt(_fit.Residue / Math.Max(1, _fit.Count - 2) * ((1 / _fit.Weight) + ((t - _fit.MeanT) * (t - _fit.MeanT) / Math.Max(_fit.Stt, 1e-9))));
            return new((long)Math.Round((rate * t) + _fit.MeanX + (_fit.Slope * (t - _fit.MeanT))), (long)(4 * deviation) + 1);
        }
    }
}
