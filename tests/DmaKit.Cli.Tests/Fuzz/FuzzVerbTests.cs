using DmaKit.Testing;

namespace DmaKit.Cli.Tests;

/// <summary>The verb: its last line, its exit codes, and the command that has a failure again.</summary>
public sealed class FuzzVerbTests
{
    [Theory]
    [InlineData("pcap")]
    [InlineData("wav")]
    [InlineData("qtest")]
    [InlineData("registers")]
    public async Task E2_The_last_line_is_the_counts_and_the_same_seed_gives_the_same(string target)
    {
        ToolResult first = (await InProcess.RunAsync("fuzz", target, "--seed", "5", "--inputs", "500")).Succeeded();
        Assert.Matches(@"^500 inputs, \d+ accepted, \d+ refused\n$", first.Output);
        Assert.Equal(first.Output, (await InProcess.RunAsync("fuzz", target, "--seed", "5", "--inputs", "500")).Succeeded().Output);
    }

    [Fact]
    public async Task E2_A_replay_is_one_input_and_saves_it()
    {
        using var folder = new TempFolder();
        string file = folder.Path("input");
        ulong seed = FuzzRandom.At(5, 3);
        ToolResult result = (await InProcess.RunAsync("fuzz", "pcap", "--replay", $"{seed}", "--save", file)).Succeeded();
        Assert.Matches("^1 inputs, [01] accepted, [01] refused\n$", result.Output);
        using var target = new CaptureTarget();
        Assert.Equal(new FuzzRun(target, 0).InputOf(seed), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        (await InProcess.RunAsync("fuzz", "pcap", "--replay", $"{seed}", "--save", file)).SingleError(ExitCode.Failed);
    }

    [Theory]
    [InlineData("--inputs", "0")]
    [InlineData("--seed", "-1")]
    [InlineData("--replay", "0x12")]
    [InlineData("--replay", "18446744073709551616")]
    [InlineData("--save", "somewhere")]
    public async Task E2_Options_that_make_no_sense_are_wrong_usage(string option, string value) =>
        (await InProcess.RunAsync("fuzz", "wav", option, value)).SingleError(ExitCode.WrongUsage);

    [Fact]
    public async Task E2_After_Ctrl_C_the_line_so_far_is_the_last()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        ToolResult result = await InProcess.RunAsync(["fuzz", "wav"], null, source.Token);
        Assert.Equal("dmakit: interrupted", result.SingleError(ExitCode.Interrupted).TrimEnd());
        Assert.Equal("0 inputs, 0 accepted, 0 refused\n", result.Output);
    }

    [Fact]
    public async Task E2_A_failure_is_one_line_with_the_command_that_has_it_again()
    {
        var output = new StringWriter { NewLine = "\n" };
        using var target = new WavTarget((_, _) => throw new InvalidOperationException("two\nlines"));
        var host = new ToolHost(() => Stream.Null, () => Stream.Null, output);
        ToolException failure = await Assert.ThrowsAsync<ToolException>(() => FuzzVerb.RunAsync(host, target, new FuzzRun(target, 3), 100, CancellationToken.None));
        ulong seed = FuzzRandom.At(3, 0);
        Assert.Equal(ExitCode.Failed, failure.ExitCode);
        Assert.StartsWith($"input {seed}, ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith($"bytes: InvalidOperationException was thrown: two lines; to have it again: dmakit fuzz wav --replay {seed}", failure.Message, StringComparison.Ordinal);
    }
}
