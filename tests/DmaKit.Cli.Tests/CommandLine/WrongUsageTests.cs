namespace DmaKit.Cli.Tests;

/// <summary>Wrong usage is exit code 2 and one line that says what is wrong and where the help is.</summary>
public sealed class WrongUsageTests
{
    public static TheoryData<string, string> Wrong => new()
    {
        { "nonsense", "unrecognized command or argument 'nonsense'" },
        { "devices --nonsense", "'--nonsense'" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task E2_WrongUsageIsTwoAndOneLine(string line, string part)
    {
        ToolResult result = await InProcess.RunAsync(line.Split(' '));
        string error = result.SingleError(ExitCode.WrongUsage);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Contains("--help`", error, StringComparison.Ordinal);
        Assert.Empty(result.OutputBytes);
    }

    [Fact]
    public async Task E2_NoVerbShowsTheHelpOnStandardErrorAndIsTwo()
    {
        ToolResult result = await InProcess.RunAsync([]);
        Assert.Equal(ExitCode.WrongUsage, result.ExitCode);
        Assert.Empty(result.OutputBytes);
        Assert.Contains("Usage:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_TheProcessEndsWithTheSameCode()
    {
        ToolResult result = await ToolProcess.RunAsync("nonsense");
        result.SingleError(ExitCode.WrongUsage);
    }
}
