namespace DmaKit.Cli.Tests;

/// <summary>What is wrong with the twin of the capture reader.</summary>
internal enum CaptureDefect
{
    /// <summary>It takes as much memory as a length says.</summary>
    TrustsLength,

    /// <summary>It reads on at the end, for ever.</summary>
    Loops,

    /// <summary>It runs over the end, and an exception that is no answer leaves it.</summary>
    Overruns,
}
