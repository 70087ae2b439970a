using System.Net.Sockets;

namespace DmaKit.Cli.Tests;

/// <summary>Frames from another program, through a socket.</summary>
public sealed class NetReceiveTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("emulated")]
    [InlineData("qemu")]
    [InlineData("qemu+vtd")]
    public async Task E2_WhatComesThroughTheSocketIsWritten(string platform)
    {
        bool qemu = platform != "emulated";
        if (qemu) QemuTool.Require();
        string socket = _folder.Path("wire");
        string output = _folder.Path("out.pcap");
        string[] wire = qemu ? ["--wire", _folder.Path("wire.pcap")] : [];
        Task<ToolResult> running = InProcess.RunAsync(["net", "receive", "--socket", socket, "--out", output, "--count", "1000", "--platform", platform, .. wire]);
        byte[][] frames = [.. Enumerable.Range(0, 1000).Select(i => Enumerable.Repeat((byte)i, 60 + i).ToArray())];
        await SendAsync(socket, frames, running);
        ToolResult result = (await running).Succeeded();
        Assert.Contains("received 1,000 packets", result.Output, StringComparison.Ordinal);
        Assert.Equal(frames, Captures.Read(output).Select(p => p.Data));
        if (qemu) Assert.Equal(frames, Captures.Read(wire[1]).Select(p => p.Data));
        Assert.False(Path.Exists(socket));
    }

    [Fact]
    public async Task E2_CtrlCLeavesAWholeCapture()
    {
        string socket = _folder.Path("wire");
        string output = _folder.Path("out.pcapng");
        using var interruption = new CancellationTokenSource();
        Task<ToolResult> running = InProcess.RunAsync(["net", "receive", "--socket", socket, "--out", output], null, interruption.Token);
        await SendAsync(socket, [new byte[100], new byte[200]], running);
        while (new FileInfo(output) is not { Exists: true, Length: > 400 } && !running.IsCompleted) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        await interruption.CancelAsync();
        Assert.Equal("dmakit: interrupted; 2 packets were written", (await running).SingleError(ExitCode.Interrupted));
        Assert.Equal([100, 200], Captures.Read(output).Select(p => p.Data.Length));
    }

    [Fact]
    public async Task E2_APathThatIsTakenIsRefused()
    {
        string taken = _folder.With("file", [1, 2, 3]);
        string error = (await InProcess.RunAsync("net", "receive", "--socket", taken, "--out", _folder.Path("out"))).SingleError(ExitCode.Failed);
        Assert.Equal($"dmakit: '{taken}' exists already; a socket needs a path of its own", error);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(taken));
        error = (await InProcess.RunAsync("net", "receive", "--socket", _folder.Path(new string('x', 200)), "--out", _folder.Path("out"))).SingleError(ExitCode.Failed);
        Assert.Contains("is too long for a socket", error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.Path("out")));
    }

    private static async Task SendAsync(string path, byte[][] frames, Task running)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var there = new UnixDomainSocketEndPoint(path);
        while (!Path.Exists(path) && !running.IsCompleted) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        await socket.ConnectAsync(there, TestContext.Current.CancellationToken);
        foreach (byte[] frame in frames) await socket.SendAsync(frame, TestContext.Current.CancellationToken);
    }
}
