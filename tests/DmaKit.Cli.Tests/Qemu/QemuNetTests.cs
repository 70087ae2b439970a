using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>Captures through QEMU's network cards: QEMU's own capture of the wire is the witness.</summary>
public sealed class QemuNetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("loop", "1", "qemu", "2000")]
    [InlineData("loop", "8", "qemu", "20000")]
    [InlineData("loop", "8", "qemu+vtd", "2000")]
    [InlineData("send", "8", "qemu", "2000")]
    [InlineData("send", "1", "qemu+vtd", "2000")]
    public async Task E2_PacketsCrossQemusWireByteForByteAndInOrder(string verb, string fragments, string platform, string count)
    {
        QemuTool.Require();
        byte[] capture = Captures.Make(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), seed: 3);
        string input = _folder.With("in.pcap", capture);
        string got = _folder.Path("got.pcap");
        string wire = _folder.Path("wire,1.pcap");
        ToolResult result = (await InProcess.RunAsync(
            "net", verb, input, "--out", got, "--platform", platform, "--wire", wire, "--fragments", fragments, "--json")).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(platform, json.RootElement.GetProperty("platform").GetString());
        Captures.AssertEqual(capture, await File.ReadAllBytesAsync(got, TestContext.Current.CancellationToken));

        // QEMU's capture has times of its own.
        List<byte[]> sent = [.. Captures.Read(capture).Select(p => p.Data)], seen = [.. Captures.Read(wire).Select(p => p.Data)];
        Assert.Equal(sent.Count, seen.Count);
        for (int i = 0; i < sent.Count; i++) Assert.True(sent[i].AsSpan().SequenceEqual(seen[i]), $"packet {i} differs on QEMU's wire");
    }

    [Fact]
    public async Task E2_ShortFramesLeaveQemusCardAsTheyAre()
    {
        QemuTool.Require();
        byte[] capture = Captures.Make(300, least: 14, most: 100);
        (await InProcess.RunAsync("net", "send", _folder.With("in.pcap", capture), "--out", _folder.Path("sent.pcap"), "--platform", "qemu")).Succeeded();
        Captures.AssertEqual(capture, await File.ReadAllBytesAsync(_folder.Path("sent.pcap"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task E2_ShortFramesAreFilledUpByTheCardOfQemusThatReceivesThem()
    {
        QemuTool.Require();
        byte[] capture = Captures.Make(300, least: 14, most: 100);
        (await InProcess.RunAsync("net", "loop", _folder.With("in.pcap", capture), "--out", _folder.Path("got.pcap"), "--platform", "qemu")).Succeeded();
        byte[][] expected = [.. Captures.Read(capture).Select(p => p.Data.Length < 60 ? [.. p.Data, .. new byte[60 - p.Data.Length]] : p.Data)];
        Assert.Equal(expected, Captures.Read(_folder.Path("got.pcap")).Select(p => p.Data));
    }

    [Fact]
    public async Task E2_OnlyQemuKeepsItsWire()
    {
        string input = _folder.With("in.pcap", Captures.Make(1));
        ToolResult result = await InProcess.RunAsync("net", "loop", input, "--out", _folder.Path("got"), "--wire", _folder.Path("wire"));
        Assert.Contains("--wire is for --platform qemu and qemu+vtd only", result.SingleError(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_TheWireIsNoOtherFileOfTheRun()
    {
        string input = _folder.With("in.pcap", Captures.Make(1));
        string got = _folder.Path("got");
        ToolResult same = await InProcess.RunAsync("net", "loop", input, "--out", got, "--wire", got, "--platform", "qemu");
        Assert.Contains("--wire and --out are the same file", same.SingleError(2), StringComparison.Ordinal);
        ToolResult own = await InProcess.RunAsync("net", "loop", input, "--out", got, "--wire", input, "--platform", "qemu");
        Assert.Contains("are the same file", own.SingleError(1), StringComparison.Ordinal);
    }
}
