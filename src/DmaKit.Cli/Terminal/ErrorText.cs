namespace DmaKit.Cli;

/// <summary>One clear line for what went wrong.</summary>
internal static class ErrorText
{
    private const int NoSpace = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The line for an exception, without a stack trace.</summary>
    internal static string Of(Exception error) => error switch
    {
        AggregateException { InnerException: { } inner } => Of(inner),
        UnauthorizedAccessException or IOException or DmaException or ToolException => OneLine(error.Message),
        OutOfMemoryException => "the process has no memory left; use less --memory or --queue-depth",
        _ => $"internal error: {error.GetType().Name}: {OneLine(error.Message)} (DMAKIT_TRACE=1 shows where)",
    };

    /// <summary>The line for a file that could not be read, written or opened.</summary>
    /// <param name="verb">What was tried, such as <c>write</c>.</param>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="error">What the system said.</param>
    internal static ToolException OfFile(string verb, string path, Exception error) =>
        new($"cannot {verb} {PathText.Show(path)}: {Reason(error)}", ExitCode.Failed, error);

    /// <summary>The system's reason without the path, which the line names already.</summary>
    internal static string Reason(Exception error) => error switch
    {
        FileNotFoundException => "no such file",
        DirectoryNotFoundException => "no such folder",
        UnauthorizedAccessException { InnerException: IOException inner } => Reason(inner),
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "the path is too long",
        ArgumentOutOfRangeException => "file too large",
        IOException { HResult: NoSpace or WindowsDiskFull } => "no space left on the device",
        _ => HelpText.LowerFirst(OneLine(StripPath(error.Message))),
    };

    private static string OneLine(string text)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.TrimEnd('.');
    }

    private static string StripPath(string message)
    {
        // The framework writes `Reason : '/path'`.
        int colon = message.IndexOf(" : '", StringComparison.Ordinal);
        return colon > 0 ? message[..colon] : message;
    }
}
