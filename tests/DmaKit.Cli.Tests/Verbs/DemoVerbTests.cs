using System.Xml.Linq;
using DmaKit.Verification;

namespace DmaKit.Cli.Tests;

public sealed class DemoVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task E2_TheDemoIsADozenLinesWhereNobodyLooksAndItsDataComparesEqual()
    {
        ToolResult result = (await ToolProcess.RunAsync("demo")).Succeeded();
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 10, 14);
        Assert.Matches("^result     32 MiB written, read back and compared: equal; [0-9,]+ packets sent, received and compared: equal$", lines[^1]);
        Assert.Contains("from card to card, at most 4 of 4 descriptors at once", result.Output, StringComparison.Ordinal);
        Assert.Contains("a common buffer of 1 MiB cannot be had", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task E2_InATerminalItIsALiveViewThatEndsByItself()
    {
        ToolResult result = (await ToolProcess.InTerminalAsync("NO_COLOR=1 TERM=xterm", 50, "demo")).Succeeded();
        Assert.Contains("╭─command packets", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("packets sent, received and compared: equal", result.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("\e[", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[38", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_InADumbTerminalItIsPlainText()
    {
        ToolResult result = (await ToolProcess.InTerminalAsync("TERM=dumb", 80, "demo")).Succeeded();
        Assert.DoesNotContain('\e', result.Output);
        Assert.Contains("compared: equal", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--iommu", "on")]
    [InlineData("--managed", null)]
    [InlineData("--above-4g", null)]
    [InlineData("--fragmentation", "1")]
    [InlineData("--queue-depth", "1")]
    public async Task E2_TheDemoRunsOnEveryMachine(string option, string? value)
    {
        ToolResult result = (await InProcess.RunAsync(["demo", "--plain", option, .. value is null ? Array.Empty<string>() : [value]], null, CancellationToken.None)).Succeeded();
        Assert.Contains("compared: equal", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_ThePictureIsWellFormedAndShowsEveryPacket()
    {
        string path = _folder.Path("demo.svg");
        (await InProcess.RunAsync("demo", "--plain", "--svg", path, "--queue-depth", "20")).Succeeded();
        XDocument svg = XDocument.Load(path);
        XNamespace ns = "http://www.w3.org/2000/svg";
        string text = string.Join('\n', svg.Descendants(ns + "text").Select(t => t.Value));
        Assert.Contains("of 20 at the device", text, StringComparison.Ordinal);
        Assert.Contains("compared: equal", text, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", svg.Descendants(ns + "style").Single().Value, StringComparison.Ordinal);
        Assert.True(svg.Descendants(ns + "rect").Count() > 20 + 5);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task E2_TheViewFitsTheTerminal(int width)
    {
        await using DemoRun run = await DemoRun.StartAsync(
            new MachineSettings { QueueDepth = 100, MemoryBytes = 64 << 20, Fragmentation = 0.95 }, 1 << 20, watched: false, _ => { }, TimeProvider.System, new VerifierOptions(), CancellationToken.None);
        await run.RunAsync(CancellationToken.None);
        var text = new StringWriter();
        Spectre.Console.IAnsiConsole console = Spectre.Console.AnsiConsole.Create(new Spectre.Console.AnsiConsoleSettings
        {
            Ansi = Spectre.Console.AnsiSupport.No,
            Out = new Spectre.Console.AnsiConsoleOutput(text),
        });
        console.Profile.Width = Math.Max(width, 30);
        console.Write(DemoView.Draw(run.Look(), width));
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length <= 24, $"{lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= Math.Max(width, 30), line));
        Assert.Contains("command packets", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void E2_ByteThatCameBackWrongWouldBeSeen()
    {
        // The data differs from place to place and from seed to seed, so that a block in the wrong place is a difference.
        byte[] here = new byte[64], there = new byte[64], other = new byte[64], whole = new byte[128];
        new DemoData(1).Fill(0, here);
        new DemoData(1).Fill(64, there);
        new DemoData(2).Fill(0, other);
        new DemoData(1).Fill(0, whole);
        Assert.NotEqual(here, there);
        Assert.NotEqual(here, other);
        Assert.Equal([.. here, .. there], whole);
    }

    [Fact]
    public async Task APlantedBugIsNamedWithFileAndLine()
    {
        await using DemoRun run = await DemoRun.StartAsync(
            new MachineSettings { QueueDepth = 8, MemoryBytes = 64 << 20 }, 1 << 20, watched: false, _ => { }, TimeProvider.System, new VerifierOptions(), CancellationToken.None);
        await run.RunAsync(CancellationToken.None);
        Assert.Empty(run.Look().Findings!);
        run.PlantBug();
        run.Verifier!.Check();
        string finding = Assert.Single(run.Look().Findings!);
        Assert.Matches(@"^DMK1004 freed-memory-written: event ring, allocated at DemoBug\.cs:\d+: .* given back at DemoBug\.cs:\d+\.$", finding);
    }
}
