namespace DmaKit.Cli;

/// <summary>What one part of a measurement gave.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="RequestBytes">Bytes of each request.</param>
/// <param name="Commands">Requests that ended in time.</param>
/// <param name="Time">How long it took.</param>
internal readonly record struct BenchResult(string Name, int RequestBytes, long Commands, TimeSpan Time)
{
    /// <summary>Requests a second.</summary>
    internal double CommandsPerSecond => Time > TimeSpan.Zero ? Commands / Time.TotalSeconds : 0;

    /// <summary>Bytes a second.</summary>
    internal double BytesPerSecond => CommandsPerSecond * RequestBytes;
}
