namespace DmaKit.Cli.Tests;

/// <summary>What one run of the tool left behind.</summary>
internal sealed record ToolResult(int ExitCode, byte[] OutputBytes, string Error)
{
    internal string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>The one line of an error, after checks that hold for every error of the tool.</summary>
    internal string SingleError(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode} instead of {exitCode}\nstdout: {Output}\nstderr: {Error}");
        AssertNoStackTrace();
        string[] lines = [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("dmakit: note: ", StringComparison.Ordinal))];
        Assert.True(lines.Length == 1, $"{lines.Length} lines on standard error: {Error}");
        Assert.StartsWith("dmakit: ", lines[0], StringComparison.Ordinal);
        return lines[0];
    }

    internal ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}\nstdout: {Output}\nstderr: {Error}");
        AssertNoStackTrace();
        return this;
    }

    internal void AssertNoStackTrace()
    {
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", Error, StringComparison.Ordinal);
    }
}
