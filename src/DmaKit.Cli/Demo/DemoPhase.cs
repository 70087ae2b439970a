namespace DmaKit.Cli;

/// <summary>How far one half of the demo has come.</summary>
/// <param name="Bytes">What is done.</param>
/// <param name="Total">What there is to do.</param>
/// <param name="Time">How long it took, or takes so far.</param>
internal readonly record struct DemoPhase(long Bytes, long Total, TimeSpan Time);
