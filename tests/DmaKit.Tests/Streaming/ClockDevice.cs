namespace DmaKit.Tests;

/// <summary>A device under a clock: goes its own speed, can stand still, jump and be suspended, and reports with jitter. Errors are judged at every report.</summary>
internal sealed class ClockDevice(IPositionClock clock, int seed, double rate = 48_000, double skew = 300, double sigma = 0.002, long step = 1)
{
    private const double Ticks = 10_000_000;
    private readonly Random _random = new(seed);
    private double _position;

    /// <summary>Seconds since the start.</summary>
    internal double Now { get; private set; }

    /// <summary>The device's own speed against its nominal rate, in ppm.</summary>
    internal double Skew { get; set; } = skew;

    internal long Predictions { get; private set; }

    internal long Broken { get; private set; }

    internal double WorstError { get; private set; }

    internal double Honest => 1 - ((double)Broken / Predictions);

    internal void Forgive() => (Predictions, Broken, WorstError) = (0, 0, 0);

    /// <summary>Goes on for a time, or stands still for it, with a report now and then.</summary>
    internal void Run(double seconds, double interval = 0.005, bool moves = true, bool reports = true, Func<long, bool>? lost = null, double late = 0)
    {
        long count = (long)Math.Round(seconds / interval);
        for (long i = 0; i < count; i++)
        {
            Now += interval;
            if (moves) _position += rate * (1 + (Skew * 1e-6)) * interval;
            if (!reports || lost?.Invoke(i) == true) continue;
            double delay = late > 0 && _random.Next(50) == 0 ? late * _random.NextDouble() : 0;
            Report(delay + (sigma * ClockFigures.Normal(_random)));
            Judge(moves);
        }
    }

    internal void Report(double error) => clock.Report((long)((100 + Now + error) * Ticks), (long)_position / step * step, step - (step == 1 ? 0 : 1));

    internal void Jump(double frames) => _position += frames;

    internal double Error()
    {
        ClockPrediction prediction = clock.Predict((long)((100 + Now) * Ticks));
        return Math.Abs(prediction.Position - _position);
    }

    private void Judge(bool moves)
    {
        double ahead = _random.NextDouble() * 0.01;
        double position = _position + (moves ? rate * (1 + (Skew * 1e-6)) * ahead : 0);
        ClockPrediction prediction = clock.Predict((long)((100 + Now + ahead) * Ticks));
        double error = Math.Abs(prediction.Position - position);
        Predictions++;
        WorstError = Math.Max(WorstError, error);
        if (error > prediction.ErrorBound) Broken++;
    }
}
