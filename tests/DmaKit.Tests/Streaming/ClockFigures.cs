using System.Globalization;

namespace DmaKit.Tests;

/// <summary>
/// The figures of a clock over many seeds: a device that is 300 ppm fast, reports each 5 ms whose host time is off by a Gaussian error of
/// 2 ms, predictions at random times up to 20 ms after each report.
/// </summary>
internal sealed class ClockFigures
{
    internal const double Rate = 48_000;
    internal const double Skew = 300;
    internal const double Sigma = 0.002;
    internal const double Interval = 0.005;
    internal const long Ticks = 10_000_000;

    private readonly Dictionary<double, List<double>> _drift = [];
    private readonly Dictionary<double, (List<double> Errors, List<double> Bounds)> _ages = [];

    /// <summary>Seconds of a run at which the drift is compared.</summary>
    private static readonly double[] Looks = [10, 60, 600];

    internal long Predictions { get; private set; }

    internal long Broken { get; private set; }

    /// <summary>The part of all predictions, from the first report on, whose bound was true.</summary>
    internal double Honest => 1 - ((double)Broken / Predictions);

    internal static ClockFigures Measure(Func<double, long, IPositionClock> make, int firstSeed, int seeds, double seconds)
    {
        var figures = new ClockFigures();
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++) figures.Run(make(Rate, Ticks), new Random(seed), seconds);
        return figures;
    }

    /// <summary>The drift's error after some seconds, as root of the mean square over the seeds, in ppm.</summary>
    internal double DriftError(double seconds) => Math.Sqrt(_drift[seconds].Average(e => e * e));

    /// <summary>What least squares can do at best after some seconds, in ppm.</summary>
    internal static double DriftLimit(double seconds) => 1e6 * Sigma * Math.Sqrt(12) / (seconds * Math.Sqrt(seconds / Interval));

    /// <summary>The error of the predictions after 10 s, in seconds, at a percentile.</summary>
    internal double PredictionError(double percentile) => Percentile([.. _ages.Where(a => a.Key >= 10).SelectMany(a => a.Value.Errors)], percentile) / Rate;

    /// <summary>The greatest mean bound of an age group in comparison with the real 99th percentile of its errors.</summary>
    internal double Width => _ages.Where(a => a.Key >= 10).Max(a => a.Value.Bounds.Average() / Percentile(a.Value.Errors, 0.99));

    internal string Text()
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        IEnumerable<string> drift = Looks.Where(_drift.ContainsKey).Select(s => string.Create(c, $"drift error at {s} s {DriftError(s):F4} ppm rms = {DriftError(s) / DriftLimit(s):F2} of the limit"));
        IEnumerable<string> ages = _ages.OrderBy(a => a.Key).Select(a => string.Create(
            c, $"  from {a.Key} s: p99 {Percentile(a.Value.Errors, 0.99):F2} frames, mean bound {a.Value.Bounds.Average():F2}, ratio {a.Value.Bounds.Average() / Percentile(a.Value.Errors, 0.99):F2}"));
        return string.Join('\n', [.. drift, string.Create(c, $"prediction error after 10 s, 99.9th percentile: {PredictionError(0.999) * 1e3:F3} ms; bound true in {Honest:P3} of {Predictions} predictions, at most {Width:F2} of the real p99"), .. ages]);
    }

    private void Run(IPositionClock clock, Random random, double seconds)
    {
        double speed = Rate * (1 + (Skew * 1e-6));
        double start = 100 + random.NextDouble();
        foreach (double look in Looks.Where(l => l <= seconds)) _drift.TryAdd(look, []);
        for (long i = 0; i * Interval <= seconds; i++)
        {
            double t = i * Interval;
            long position = (long)(speed * t);
            clock.Report((long)((start + t + (Sigma * Normal(random))) * Ticks), position, 1);
            foreach (double look in Looks)
                if (Math.Abs(t - look) < Interval / 2) _drift[look].Add(clock.DriftPartsPerMillion - Skew);

            double ahead = t + (random.NextDouble() * 0.02);
            ClockPrediction prediction = clock.Predict((long)((start + ahead) * Ticks));
            double error = Math.Abs(prediction.Position - (speed * ahead));
            Predictions++;
            if (error > prediction.ErrorBound) Broken++;
            if (i % 10 != 0) continue;
            double age = t < 1 ? 0 : t < 10 ? 1 : t < 20 ? 10 : t < 60 ? 20 : t < 200 ? 60 : 200;
            if (!_ages.TryGetValue(age, out (List<double> Errors, List<double> Bounds) group)) _ages[age] = group = ([], []);
            group.Errors.Add(error);
            group.Bounds.Add(prediction.ErrorBound);
        }
    }

    internal static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Percentile(List<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(part * (sorted.Length - 1))];
    }
}
