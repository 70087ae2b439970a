namespace DmaKit.Cli.Tests;

/// <summary>What is refused before anything is written, and what a process of its own shows.</summary>
public sealed class NetRefusalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("net send in.pcap --out - --json", "--json and --out - both want the standard output")]
    [InlineData("net send in.pcap --out x --fragments 0", "--fragments is '0'; legal: a whole number from 1 to 64")]
    [InlineData("net send in.pcap --out x --queue-depth 3", "--queue-depth is '3'; legal: a whole number from 4 to 128")]
    [InlineData("net send in.pcap --out x --format hex", "--format is 'hex'; legal: pcap, pcap-us, pcapng")]
    [InlineData("net send in.pcap", "option '--out' is required")]
    [InlineData("net receive --socket x --out y --count -1", "--count is '-1'; legal: a whole number from 0 to 2147483647")]
    public async Task E2_WrongUsage(string line, string complaint)
    {
        string error = (await InProcess.RunAsync(line.Split(' '))).SingleError(ExitCode.WrongUsage);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_AnOutputThatIsTheInputIsRefusedThroughLinksToo()
    {
        byte[] capture = Captures.Make(5);
        string input = _folder.With("in.pcap", capture);
        File.CreateSymbolicLink(_folder.Path("link"), input);
        foreach (string output in (string[])[input, _folder.Path("link")])
        {
            string error = (await InProcess.RunAsync("net", "loop", input, "--out", output)).SingleError(ExitCode.Failed);
            Assert.EndsWith("are the same file", error, StringComparison.Ordinal);
        }

        Assert.Equal(capture, File.ReadAllBytes(input));
    }

    [Fact]
    public async Task E2_MissingFilesAreNamed()
    {
        string output = _folder.Path("out");
        Assert.Equal($"dmakit: there is no input '{_folder.Path("none")}'", (await InProcess.RunAsync("net", "send", _folder.Path("none"), "--out", output)).SingleError(ExitCode.Failed));
        string input = _folder.With("in", Captures.Make(1));
        string nowhere = _folder.Path("none/out");
        Assert.Equal($"dmakit: cannot create output '{nowhere}': no such folder", (await InProcess.RunAsync("net", "send", input, "--out", nowhere)).SingleError(ExitCode.Failed));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task E2_AFullDeviceIsNamed()
    {
        string input = _folder.With("in", Captures.Make(10));
        Assert.Equal("dmakit: cannot write '/dev/full': no space left on the device", (await ToolProcess.RunAsync("net", "send", input, "--out", "/dev/full")).SingleError(ExitCode.Failed));
    }

    [Fact]
    public async Task E2_AFileThatCannotGrowKeepsItsWholePackets()
    {
        // The limit on the length of files (here 12 MiB) stands in for a full disk: the write that crosses it is done in part. The machine's memory
        // is smaller than the limit, and what the runtime would keep in a file is switched off.
        string input = _folder.With("in", Captures.Make(9_500, most: 1514, least: 1400));
        string output = _folder.Path("out.pcap");
        ToolResult result = await ToolProcess.ShellAsync(
            $"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 12288; dmakit net send '{input}' --out '{output}' --memory 8MiB");
        Assert.Equal($"dmakit: cannot write '{output}': file too large", result.SingleError(ExitCode.Failed));
        Assert.InRange(Captures.Read(output).Count, 7_000, 9_499);
    }

    [Fact]
    public async Task E2_AClosedPipeEndsTheToolQuietly()
    {
        string input = _folder.With("in", Captures.Make(2000));
        ToolResult result = await ToolProcess.ShellAsync($"dmakit net loop '{input}' --out - | head -c1; exit ${{PIPESTATUS[0]}}");
        Assert.Equal(ExitCode.ClosedPipe, result.ExitCode);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task E2_CtrlCInMidTransferLeavesAWholeCapture()
    {
        string output = _folder.Path("out.pcap");
        byte[] capture = Captures.Make(300);
        using System.Diagnostics.Process process = ToolProcess.Start("net", "loop", "-", "--out", output);
        await process.StandardInput.BaseStream.WriteAsync(capture, TestContext.Current.CancellationToken);
        await process.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        while (new FileInfo(output) is not { Exists: true, Length: > 100_000 } && !process.HasExited)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        await ToolProcess.SignalAsync(process, "INT");
        ToolResult result = await ToolProcess.FinishAsync(process, null);
        string line = result.SingleError(ExitCode.Interrupted);
        Assert.Matches(@"^dmakit: interrupted; \d+ packets were written$", line);

        // As many as had been read when the signal came: whole ones, from the beginning on.
        List<(Formats.CaptureTime Time, byte[] Data)> sent = Captures.Read(capture), came = Captures.Read(output);
        Assert.Contains($" {came.Count} packets", line, StringComparison.Ordinal);
        Assert.InRange(came.Count, 50, 300);
        for (int i = 0; i < came.Count; i++) Assert.True(sent[i].Data.AsSpan().SequenceEqual(came[i].Data), $"packet {i} has other bytes");
    }

    [Fact]
    public async Task E2_ATerminalSeesDescriptorsRegistersAndCopies()
    {
        string input = _folder.With("in", Captures.Make(20_000));
        ToolResult result = await ToolProcess.InTerminalAsync("TERM=xterm", 100, $"net loop '{input}' --out '{_folder.Path("out.pcap")}' --managed");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("descriptors", result.Output, StringComparison.Ordinal);
        Assert.Contains("registers", result.Output, StringComparison.Ordinal);
        Assert.Contains("avoided", result.Output, StringComparison.Ordinal);
        Assert.Contains("received 20,000 packets", result.Output, StringComparison.Ordinal);
    }
}
