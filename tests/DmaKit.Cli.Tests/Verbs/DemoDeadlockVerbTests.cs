using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>The deadlock of commands and data: shown, reported, and gone with the commands in a common buffer.</summary>
public sealed class DemoDeadlockVerbTests
{
    [Fact]
    public async Task R2_TheDemoShowsTheDeadlockItsReportAndHowItVanishes()
    {
        ToolResult result = (await InProcess.RunAsync("demo", "deadlock")).Succeeded();
        Assert.Empty(result.Error);
        GoldenText.Check("demo-deadlock.txt", result.Output);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 5)]
    [InlineData(32, 2)]
    public async Task R2_ItIsOneJsonObjectWithAReportForEachDeadlock(int requests, int pages)
    {
        ToolResult result = (await InProcess.RunAsync("demo", "deadlock", "--requests", $"{requests}", "--pages", $"{pages}", "--json")).Succeeded();
        JsonElement root = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(("demo deadlock", requests * pages), (root.GetProperty("verb").GetString(), root.GetProperty("mapRegisters").GetInt32()));
        JsonElement mapped = root.GetProperty("rounds")[0];
        JsonElement common = root.GetProperty("rounds")[1];
        Assert.Equal(("mapped", "common buffer"), (mapped.GetProperty("commands").GetString(), common.GetProperty("commands").GetString()));
        JsonElement report = mapped.GetProperty("deadlocks")[0];
        Assert.Equal($"request {requests}", report.GetProperty("victim").GetString());
        Assert.Equal(requests, report.GetProperty("requests").GetArrayLength());
        Assert.Equal(0, common.GetProperty("deadlocks").GetArrayLength());
        Assert.All([mapped, common], round => Assert.True(round.GetProperty("equal").GetBoolean()));
    }

    [Theory]
    [InlineData("--requests", "1")]
    [InlineData("--requests", "33")]
    [InlineData("--pages", "0")]
    public async Task E2_NumbersThatMakeNoSenseAreWrongUsage(string option, string value) =>
        (await InProcess.RunAsync("demo", "deadlock", option, value)).SingleError(ExitCode.WrongUsage);
}
