using System.CommandLine;

namespace DmaKit.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("bind")]
    [InlineData("clock")]
    [InlineData("demo")]
    [InlineData("demo deadlock")]
    [InlineData("devices")]
    [InlineData("doctor")]
    [InlineData("disk")]
    [InlineData("disk info")]
    [InlineData("disk write")]
    [InlineData("disk read")]
    [InlineData("disk copy")]
    [InlineData("disk verify")]
    [InlineData("disk bench")]
    [InlineData("fuzz")]
    [InlineData("fuzz pcap")]
    [InlineData("net")]
    [InlineData("net send")]
    [InlineData("net loop")]
    [InlineData("net receive")]
    [InlineData("play")]
    [InlineData("record")]
    [InlineData("torture")]
    [InlineData("unbind")]
    public async Task E2_HelpIsTheGoldenText(string verb)
    {
        string[] words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ToolResult result = (await InProcess.RunAsync([.. words, "--help"], null, CancellationToken.None)).Succeeded();
        Assert.Empty(result.Error);
        Assert.All(result.Output.Split('\n'), line => Assert.True(line.Length <= 110, line));
        GoldenText.Check($"help{string.Concat(words.Select(w => "-" + w))}.txt", result.Output);
    }

    [Fact]
    public void E2_EveryVerbKnowsThePlatforms()
    {
        string[] without = [.. Verbs(CommandTree.Build(new ToolHost(() => Stream.Null, () => Stream.Null, TextWriter.Null))).Where(v => v.Options.All(o => o.Name != "--platform")).Select(v => v.Name)];

        // What these do they can do to this machine's own devices only; and what is fuzzed is a part of the library, in this process.
        Assert.Equal(["bind", "pcap", "wav", "qtest", "registers", "unbind"], without);

        static IEnumerable<Command> Verbs(Command command) => (command.Action is null ? [] : new[] { command }).Concat(command.Subcommands.SelectMany(Verbs));
    }

    [Fact]
    public async Task E2_TheVersionIsOneLine()
    {
        ToolResult result = (await InProcess.RunAsync("--version")).Succeeded();
        Assert.Matches(@"^dmakit \d+\.\d+\.\d+[^ ]*\n$", result.Output);
    }
}
