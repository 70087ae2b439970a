namespace DmaKit.Cli;

/// <summary>What a clock knew at one moment of a run, beside the truth.</summary>
/// <param name="Seconds">Since the first report.</param>
/// <param name="Drift">The drift that the clock says, in ppm.</param>
/// <param name="DriftError">How far that is off, without sign.</param>
/// <param name="DriftBound">How far it may be off, as the clock says.</param>
/// <param name="DriftLimit">The standard deviation of the best estimate that there can be; 0 without jitter.</param>
/// <param name="LoopDriftError">How far a loop of fixed bandwidth is off, in ppm.</param>
/// <param name="PredictionError">The worst prediction since the point before, in seconds.</param>
/// <param name="PredictionBound">The clock's bound of a prediction, in seconds.</param>
/// <param name="LoopPredictionError">The worst prediction of the loop since the point before, in seconds.</param>
internal readonly record struct ClockPoint(
    double Seconds, double Drift, double DriftError, double DriftBound, double DriftLimit, double LoopDriftError, double PredictionError, double PredictionBound, double LoopPredictionError);
