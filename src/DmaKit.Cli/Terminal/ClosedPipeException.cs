namespace DmaKit.Cli;

/// <summary>Whoever read the standard output has gone. The tool ends quietly.</summary>
internal sealed class ClosedPipeException(Exception inner) : Exception("The reader of the standard output has gone.", inner);
