namespace DmaKit;

/// <summary>Where a device is, as its <see cref="DeviceClock"/> sees it.</summary>
/// <param name="Position">The most likely position in frames.</param>
/// <param name="ErrorBound">
/// How far the device may be from it, in frames, either way: true in far more than 99 of 100 predictions. <see cref="long.MaxValue"/> before the first report.
/// </param>
public readonly record struct ClockPrediction(long Position, long ErrorBound);
