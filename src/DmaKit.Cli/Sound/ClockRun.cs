namespace DmaKit.Cli;

/// <summary>Makes up a device, reports its position with jitter, and watches a <see cref="DeviceClock"/> find out about it.</summary>
internal sealed class ClockRun
{
    private const long TicksPerSecond = 1_000_000_000;
    private const int PointsPerDecade = 40;

    // Predictions are for a time up to so many intervals after the report.
    private const double Ahead = 2;

    private readonly List<ClockPoint> _points = [];

    private ClockRun(ClockSettings settings)
    {
        Settings = settings;
        Clock = new DeviceClock(new DeviceClockOptions { Rate = settings.Rate, TimestampFrequency = TicksPerSecond });
    }

    internal ClockSettings Settings { get; }

    internal DeviceClock Clock { get; }

    /// <summary>Moments at even distances on a logarithmic scale of time, up to the end.</summary>
    internal IReadOnlyList<ClockPoint> Points => _points;

    internal long Predictions { get; private set; }

    /// <summary>Predictions whose bound was not true.</summary>
    internal long Broken { get; private set; }

    /// <summary>Runs it.</summary>
    internal static ClockRun Play(ClockSettings settings, CancellationToken interrupted)
    {
        var run = new ClockRun(settings);
        run.Play(interrupted);
        return run;
    }

    private void Play(CancellationToken interrupted)
    {
        var random = new Random(Settings.Seed);
        var loop = new FixedLoop(Settings.Rate);
        double interval = Settings.Interval.TotalSeconds;
        double jitter = Settings.Jitter.TotalSeconds;
        double speed = Settings.Rate * (1 + (Settings.Skew * 1e-6));
        double start = 1 + (8 * jitter);
        double worst = 0;
        double loopWorst = 0;
        long reports = (long)(Settings.Time.TotalSeconds / interval);
        double due = 10 * interval;
        for (long i = 0; i <= reports; i++)
        {
            if (i % 65_536 == 0) interrupted.ThrowIfCancellationRequested();
            double now = i * interval;
            long position = (long)(speed * now) / Settings.Step * Settings.Step;
            double host = start + now + (jitter * Gaussian(random));
            Clock.Report((long)(host * TicksPerSecond), position, Settings.Step - 1);
            loop.Report(host, position + ((Settings.Step - 1) * 0.5));

            double ahead = now + (random.NextDouble() * Ahead * interval);
            ClockPrediction prediction = Clock.Predict((long)((start + ahead) * TicksPerSecond));
            double error = Math.Abs(prediction.Position - (speed * ahead));
            Predictions++;
            if (error > prediction.ErrorBound) Broken++;
            worst = Math.Max(worst, error);
            loopWorst = Math.Max(loopWorst, Math.Abs(loop.Predict(start + ahead) - (speed * ahead)));
            if (now < due && i < reports) continue;
            double limit = 1e6 * jitter * Math.Sqrt(12) / (now * Math.Sqrt(i + 1));
            double drift = Clock.DriftPartsPerMillion;
            _points.Add(new ClockPoint(
                now, drift, Math.Abs(drift - Settings.Skew), Clock.DriftErrorBound, limit, Math.Abs(loop.Drift - Settings.Skew), worst / Settings.Rate, prediction.ErrorBound / Settings.Rate, loopWorst / Settings.Rate));
            worst = loopWorst = 0;
            while (due <= now) due *= Math.Pow(10, 1.0 / PointsPerDecade);
        }
    }

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
