namespace DmaKit.Tests;

/// <summary>A clock as the figures see it: the real one, and twins.</summary>
internal interface IPositionClock
{
    double DriftPartsPerMillion { get; }

    void Report(long time, long position, long accuracy);

    ClockPrediction Predict(long time);
}
