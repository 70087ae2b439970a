namespace DmaKit.Cli;

/// <summary>
/// What a device clock is usually made of: a control loop of second order that is pulled towards each report. Here for comparison. Its bandwidth is a
/// compromise once and for all: it never learns more than that lets through.
/// </summary>
/// <param name="rate">The device's nominal rate in frames a second.</param>
internal sealed class FixedLoop(double rate)
{
    private const double Bandwidth = 0.1;

    private double _time = double.NaN;
    private double _position;
    private double _excess;

    /// <summary>The drift as the loop sees it, in ppm.</summary>
    internal double Drift => _excess / rate * 1e6;

    internal void Report(double time, double position)
    {
        double step = time - _time;
        if (double.IsNaN(step))
        {
            _time = time;
            _position = position;
        }

        if (!(step > 0)) return;
        double omega = 2 * Math.PI * Bandwidth * step;
        double expected = Predict(time);
        double error = position - expected;
        _position = expected + (Math.Sqrt(2) * omega * error);
        _excess += omega * omega * error / step;
        _time = time;
    }

    internal double Predict(double time) => _position + ((rate + _excess) * (time - _time));
}
