namespace DmaKit.Cli;

/// <summary>How the tool ends. Scripts rely on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>Input, device or comparison failed.</summary>
    internal const int Failed = 1;

    /// <summary>The command line was wrong; nothing was touched.</summary>
    internal const int WrongUsage = 2;

    /// <summary>Ctrl-C or a termination signal: commands in flight were drained.</summary>
    internal const int Interrupted = 130;

    /// <summary>Whoever read the standard output has gone: what a program killed by SIGPIPE has in a shell.</summary>
    internal const int ClosedPipe = 141;
}
