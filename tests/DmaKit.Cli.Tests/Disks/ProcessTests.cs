using System.Diagnostics;

namespace DmaKit.Cli.Tests;

/// <summary>What only a process of its own shows: permissions, full devices, signals, pipes, names that are no text.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int Pattern = 4096;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task E2_PermissionsAreRespectedAndNamed()
    {
        string image = _folder.Random("D.img", 4096);
        string source = _folder.Random("source", 512);
        await DoAsync("chmod", "444", image);
        string error = (await ToolProcess.AsNobodyAsync("disk", "write", "--image", image, "--from", source)).SingleError(ExitCode.Failed);
        Assert.Equal($"dmakit: cannot write '{image}': permission denied", error);

        // Reading it needs no more than that.
        (await ToolProcess.AsNobodyAsync("disk", "info", image)).Succeeded();
        await DoAsync("chmod", "200", image);
        error = (await ToolProcess.AsNobodyAsync("disk", "info", image)).SingleError(ExitCode.Failed);
        Assert.Equal($"dmakit: cannot read '{image}': permission denied", error);
    }

    [Fact]
    public async Task E2_AFullDeviceIsNamed()
    {
        string image = _folder.Random("D.img", 1 << 20);
        Assert.Equal("dmakit: cannot write '/dev/full': no space left on the device", (await ToolProcess.RunAsync("disk", "read", "--image", image, "--to", "/dev/full")).SingleError(ExitCode.Failed));
        ToolResult result = await ToolProcess.ShellAsync($"dmakit disk read --image '{image}' --to - > /dev/full");
        Assert.Contains("no space left on the device", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        result = await ToolProcess.ShellAsync("dmakit devices > /dev/full");
        Assert.Equal(ExitCode.Failed, result.ExitCode);
        result.AssertNoStackTrace();
    }

    [Fact]
    public async Task E2_AWriteErrorOfTheImageIsAMediumErrorWithItsReason()
    {
        // The limit on the length of files (here 64 MiB) stands in for a medium that fails from some place on. Memory that the runtime
        // would keep in a file of its own is switched off, and the machine's is smaller than the limit.
        const int before = 1 << 20;
        string image = _folder.Sparse("D.img", 128 << 20);
        string source = _folder.Random("source", 4 << 20);
        ToolResult result = await ToolProcess.ShellAsync(
            $"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 65536; dmakit disk write --image '{image}' --from '{source}' --offset 63MiB --memory 8MiB --queue-depth 4");
        string error = result.SingleError(ExitCode.Failed);
        Assert.Contains("MediumError", error, StringComparison.Ordinal);
        Assert.Contains("(the disk image: file too large)", error, StringComparison.Ordinal);

        // What was written before stays.
        using FileStream file = File.OpenRead(image);
        Assert.Equal(128 << 20, file.Length);
        var written = new byte[before];
        file.Position = 63 << 20;
        file.ReadExactly(written);
        Assert.True(File.ReadAllBytes(source).AsSpan(0, before).SequenceEqual(written));
    }

    [Fact]
    public async Task E2_AnImageThatBecomesShorterIsAMediumError()
    {
        string image = _folder.Sparse("D.img", 64 << 20);
        string gate = await FifoAsync("gate");
        using Process process = ToolProcess.Start("disk", "verify", "--image", image, "--against", gate, "--queue-depth", "1");
        await using (FileStream pipe = new(gate, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0))
        {
            // The tool compares with the pipe step by step: after one part, the image has lost its end.
            await pipe.WriteAsync(new byte[1 << 20], TestContext.Current.CancellationToken);
            await DoAsync("truncate", "-s", "1M", image);
            try
            {
                await pipe.WriteAsync(new byte[60 << 20], TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // The tool has gone: that is what is tested.
            }
        }

        string error = (await ToolProcess.FinishAsync(process, null)).SingleError(ExitCode.Failed);
        Assert.Contains("the disk image ends", error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task E2_ANameThatIsNoTextIsExplained()
    {
        string source = _folder.Random("source", 512);
        string folder = Path.GetDirectoryName(source)!;
        ToolResult result = await ToolProcess.ShellAsync($"cp '{source}' '{folder}/'$'\\xff\\xfe'; dmakit disk info '{folder}/'$'\\xff\\xfe'; rc=$?; rm '{folder}/'$'\\xff\\xfe'; exit $rc");
        Assert.Contains("has bytes that are not UTF-8", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        result = await ToolProcess.ShellAsync($"dmakit disk read --image '{source}' --to '{folder}/'$'\\xff'");
        Assert.Contains("has bytes that are not UTF-8", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task E2_APipeAsInputAndASecondNameOfTheImageAsStandardInput()
    {
        string image = _folder.Sparse("D.img", 1 << 20);
        string source = _folder.Random("source", 100_000);
        (await ToolProcess.ShellAsync($"cat '{source}' | dmakit disk write --image '{image}' --from -")).Succeeded();
        (await ToolProcess.ShellAsync($"dmakit disk verify --image '{image}' --against <(cat '{source}')")).Succeeded();
        ToolResult same = await ToolProcess.ShellAsync($"ln '{image}' '{image}2'; dmakit disk write --image '{image}2' --from - < '{image}'");
        Assert.EndsWith("are the same file", same.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        same = await ToolProcess.ShellAsync($"dmakit disk read --image '{image}2' --to - >> '{image}'");
        Assert.EndsWith("are the same file", same.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Equal(1 << 20, new FileInfo(image).Length);
    }

    [Fact]
    public async Task E2_AClosedPipeEndsTheToolQuietly()
    {
        string image = _folder.Sparse("D.img", 1L << 40);
        ToolResult result = await ToolProcess.ShellAsync($"dmakit disk read --image '{image}' --to - | head -c1; exit ${{PIPESTATUS[0]}}");
        Assert.Equal(ExitCode.ClosedPipe, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.Equal([0], result.OutputBytes);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task E2_AnInterruptionInMidWriteDrainsAndSaysHowFarItCame(string signal)
    {
        string image = _folder.Sparse("D.img", 8L << 30);
        using Process process = ToolProcess.Start("disk", "write", "--image", image, "--from", "-");
        Task feeding = FeedAsync(process);
        await UntilAsync(() => IsWrittenAsync(image, 4 << 20), process);
        await ToolProcess.SignalAsync(process, signal);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await ToolProcess.WaitAsync(process);
        await feeding;
        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        string line = (await error).Trim();
        Assert.Matches("^dmakit: interrupted; [0-9,]+ bytes were written$", line);
        long written = long.Parse(line.Split(' ')[2].Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);

        // Exactly those bytes are in the image: nothing was lost, and nothing came after.
        using FileStream file = File.OpenRead(image);
        Assert.Equal(8L << 30, file.Length);
        Assert.InRange(written, 4 << 20, 8L << 30);
        var part = new byte[1 << 20];
        for (long at = 0; at < written + (64 << 20) && at < file.Length; at += part.Length)
        {
            file.ReadExactly(part);
            long expected = Math.Clamp(written - at, 0, part.Length);
            int ones = part.AsSpan().IndexOfAnyExcept((byte)0x5A) is var first and >= 0 ? first : part.Length;
            Assert.Equal(expected, ones);
            Assert.Equal(-1, part.AsSpan((int)expected).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public async Task E2_ASecondInterruptionEndsTheToolAtOnce()
    {
        string image = _folder.Sparse("D.img", 1 << 20);
        string source = _folder.With("source", [.. Enumerable.Repeat((byte)0x5A, 1 << 20)]);

        // Each command takes longer than this test, once the disk is open: the first interruption waits for it.
        using Process process = ToolProcess.Start("disk", "write", "--image", image, "--from", source, "--queue-depth", "1", "--disk-latency", "700ms");
        await UntilAsync(() => IsWrittenAsync(image, Pattern), process);
        await ToolProcess.SignalAsync(process, "INT");
        await ToolProcess.SignalAsync(process, "INT");
        ToolResult result = await ToolProcess.FinishAsync(process, null);
        Assert.Equal(ExitCode.Interrupted, result.ExitCode);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task E2_AnInterruptionEndsWaitingForAPipe()
    {
        string image = _folder.Sparse("D.img", 1 << 20);
        string gate = await FifoAsync("gate");
        using Process process = ToolProcess.Start("disk", "write", "--image", image, "--from", gate);

        // Opening the pipe for writing returns when the tool has opened it for reading.
        await using (FileStream pipe = await Task.Run(() => new FileStream(gate, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0), TestContext.Current.CancellationToken))
        {
            await pipe.WriteAsync(Enumerable.Repeat((byte)0x5A, 64 << 10).ToArray(), TestContext.Current.CancellationToken);
            await UntilAsync(() => IsWrittenAsync(image, 64 << 10), process);
            await ToolProcess.SignalAsync(process, "INT");
            ToolResult result = await ToolProcess.FinishAsync(process, null);
            Assert.Equal("dmakit: interrupted; 65,536 bytes were written", result.SingleError(ExitCode.Interrupted));
        }
    }

    private static async Task FeedAsync(Process process)
    {
        byte[] pattern = [.. Enumerable.Repeat((byte)0x5A, 64 << 10)];
        try
        {
            while (!process.HasExited) await process.StandardInput.BaseStream.WriteAsync(pattern);
        }
        catch (IOException)
        {
            // The tool has ended and closed its end.
        }
    }

    /// <summary>Looks at a byte of a file without opening it here: that would lock it.</summary>
    private static async Task<bool> IsWrittenAsync(string path, long length)
    {
        string skip = (length - 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        ToolResult look = await ToolProcess.ShellAsync($"dd if='{path}' bs=1 count=1 skip={skip} status=none");
        return look.OutputBytes is [not 0];
    }

    private static async Task UntilAsync(Func<Task<bool>> seen, Process process)
    {
        while (!await seen())
        {
            Assert.False(process.HasExited, "the tool ended too early");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task<string> FifoAsync(string name)
    {
        string path = _folder.Path(name);
        await DoAsync("mkfifo", path);
        return path;
    }

    private static async Task DoAsync(string program, params string[] args)
    {
        using Process process = Process.Start(program, args);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
