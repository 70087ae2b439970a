namespace DmaKit.Cli;

/// <summary>What <c>dmakit clock</c> makes up: a device and the reports of where it is.</summary>
/// <param name="Rate">The device's nominal rate in frames a second.</param>
/// <param name="Skew">How much faster it really is, in ppm.</param>
/// <param name="Jitter">The standard deviation of a report's host time.</param>
/// <param name="Interval">The time between reports.</param>
/// <param name="Step">In steps of how many frames positions are told.</param>
/// <param name="Time">How long it is watched.</param>
/// <param name="Seed">What the jitter is made from.</param>
internal sealed record ClockSettings(double Rate, double Skew, TimeSpan Jitter, TimeSpan Interval, int Step, TimeSpan Time, int Seed);
