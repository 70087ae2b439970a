using System.Text.Json;
using System.Xml.Linq;

namespace DmaKit.Cli.Tests;

public sealed class ClockVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S6_TheEstimateConvergesAndItsBoundsAreTrue()
    {
        ToolResult result = (await InProcess.RunAsync("clock", "--seconds", "60", "--json")).Succeeded();
        JsonElement run = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal("clock", run.GetProperty("verb").GetString());
        Assert.Equal(12_001, run.GetProperty("predictions").GetInt64());
        Assert.True(run.GetProperty("boundsTrue").GetInt64() >= 0.99 * 12_001);
        JsonElement last = run.GetProperty("points").EnumerateArray().Last();
        Assert.Equal(60, last.GetProperty("seconds").GetDouble(), 0.01);
        Assert.True(last.GetProperty("driftErrorPpm").GetDouble() <= last.GetProperty("driftBoundPpm").GetDouble());
        Assert.InRange(last.GetProperty("driftErrorPpm").GetDouble(), 0, 4 * last.GetProperty("bestPossiblePpm").GetDouble());
        Assert.True(last.GetProperty("fixedLoopErrorPpm").GetDouble() > 3 * last.GetProperty("bestPossiblePpm").GetDouble());
        Assert.InRange(last.GetProperty("predictionErrorSeconds").GetDouble(), 0, 0.001);
    }

    [Fact]
    public async Task E2_TheTextHasALineForEachMoment()
    {
        ToolResult result = (await InProcess.RunAsync("clock", "--seconds", "20", "--skew-ppm", "-80.5", "--jitter", "500us", "--seed", "7", "--step", "441")).Succeeded();
        Assert.Contains("-80.5 ppm fast; reports each 5 ms, jitter 500 us, seed 7", result.Output, StringComparison.Ordinal);
        Assert.Contains("    20 s", result.Output, StringComparison.Ordinal);
        Assert.Contains("predictions (100 %)", result.Output, StringComparison.Ordinal);
        Assert.All(result.Output.Split('\n'), line => Assert.True(line.Length <= 120, line));
        Assert.Equal(result.Output, (await InProcess.RunAsync("clock", "--seconds", "20", "--skew-ppm", "-80.5", "--jitter", "500us", "--seed", "7", "--step", "441")).Output);
    }

    [Fact]
    public async Task E2_ThePictureIsSvgInAFileOrOnTheStandardOutput()
    {
        string path = _folder.Path("clock.svg");
        (await InProcess.RunAsync("clock", "--seconds", "5", "--plot", path)).Succeeded();
        ToolResult standard = (await InProcess.RunAsync("clock", "--seconds", "5", "--plot", "-")).Succeeded();
        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), standard.Output);
        XElement svg = XDocument.Parse(standard.Output).Root!;
        Assert.Equal("svg", svg.Name.LocalName);
        Assert.True(svg.Elements().Count(e => e.Name.LocalName == "polyline") >= 14);
        (await InProcess.RunAsync("clock", "--seconds", "5", "--jitter", "0", "--skew-ppm", "0", "--plot", path)).Succeeded();
        XDocument.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task S6_ThePictureInTheDocumentsIsDrawnByTheTool()
    {
        string drawn = (await InProcess.RunAsync("clock", "--plot", "-")).Succeeded().Output;
        GoldenText.CheckAt("docs/images/clock.svg", drawn);
    }

    [Theory]
    [InlineData("--jitter is '2'; legal", "--jitter", "2")]
    [InlineData("--skew-ppm is 'much'; legal: a number from -100000 to 100000", "--skew-ppm", "much")]
    [InlineData("legal: 20 to 1,000,000,000", "--seconds", "0.1", "--interval", "10ms")]
    [InlineData("--interval is less than 1us", "--interval", "0")]
    [InlineData("choose one", "--plot", "-", "--json")]
    public async Task E2_WrongUsageSaysWhatIsLegal(string expected, params string[] options) =>
        Assert.Contains(expected, (await InProcess.RunAsync(["clock", .. options])).SingleError(2), StringComparison.Ordinal);

    [Fact]
    public async Task E2_APictureThatCannotBeWrittenIsOneLine()
    {
        Assert.Contains("no such folder", (await InProcess.RunAsync("clock", "--seconds", "1", "--plot", _folder.Path("no/where.svg"))).SingleError(1), StringComparison.Ordinal);
        Assert.Contains("is a folder", (await InProcess.RunAsync("clock", "--seconds", "1", "--plot", _folder.Path(""))).SingleError(1), StringComparison.Ordinal);
    }
}
