using System.Text.Json;
using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary>Captures through cards and back: every byte, the order and the times.</summary>
public sealed class NetTransferTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CaptureFormat.Pcap, false)]
    [InlineData(CaptureFormat.Pcap, true)]
    [InlineData(CaptureFormat.PcapMicroseconds, false)]
    [InlineData(CaptureFormat.PcapMicroseconds, true)]
    [InlineData(CaptureFormat.PcapNg, false)]
    [InlineData(CaptureFormat.PcapNg, true)]
    public async Task E2_EveryFormatGoesInAndComesOutEqual(CaptureFormat format, bool bigEndian)
    {
        byte[] capture = Captures.Make(100, format, bigEndian: bigEndian);
        string input = _folder.With("in", capture);
        foreach (string name in (string[])["out.pcap", "out.pcapng"])
        {
            string output = _folder.Path(name);
            (await InProcess.RunAsync("net", "send", input, "--out", output)).Succeeded();
            Captures.AssertEqual(capture, File.ReadAllBytes(output));
        }
    }

    [Fact]
    public async Task E2_APcapComesOutByteForByte()
    {
        foreach (CaptureFormat format in (CaptureFormat[])[CaptureFormat.Pcap, CaptureFormat.PcapMicroseconds])
        {
            byte[] capture = Captures.Make(50, format);
            string input = _folder.With("in.pcap", capture);
            (await InProcess.RunAsync("net", "loop", input, "--out", _folder.Path("out.pcap"))).Succeeded();
            Assert.Equal(capture, File.ReadAllBytes(_folder.Path("out.pcap")));
        }
    }

    [Theory]
    [InlineData("pcap", CaptureFormat.Pcap)]
    [InlineData("pcap-us", CaptureFormat.PcapMicroseconds)]
    [InlineData("pcapng", CaptureFormat.PcapNg)]
    public async Task E2_TheFormatOfTheOutputCanBeChosen(string name, CaptureFormat expected)
    {
        string input = _folder.With("in", Captures.Make(3));
        ToolResult result = (await InProcess.RunAsync("net", "send", input, "--out", "-", "--format", name)).Succeeded();
        using CaptureReader reader = CaptureReader.Open(new MemoryStream(result.OutputBytes));
        Assert.Equal(expected, reader.Format);
    }

    [Fact]
    public async Task E2_ShortFramesStayShort()
    {
        byte[] capture = Captures.Make(100, least: 1, most: 59);
        string input = _folder.With("in", capture);
        (await InProcess.RunAsync("net", "loop", input, "--out", _folder.Path("out.pcap"))).Succeeded();
        Captures.AssertEqual(capture, File.ReadAllBytes(_folder.Path("out.pcap")));
    }

    [Fact]
    public async Task E2_StandardInputAndOutput()
    {
        byte[] capture = Captures.Make(200);
        ToolResult result = (await InProcess.RunAsync(["net", "loop", "-", "--out", "-"], capture, CancellationToken.None)).Succeeded();
        Captures.AssertEqual(capture, result.OutputBytes);
        Assert.Contains("received 200 packets", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send")]
    [InlineData("loop")]
    public async Task E2_OneObjectOfTheGoldenShape(string verb)
    {
        string input = _folder.With("in", Captures.Make(100));
        ToolResult result = (await InProcess.RunAsync("net", verb, input, "--out", _folder.Path("out.pcap"), "--json", "--managed")).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal($"net {verb}", json.RootElement.GetProperty("verb").GetString());
        Assert.Equal(100, json.RootElement.GetProperty("packets").GetInt64());
        JsonElement counters = json.RootElement.GetProperty("counters");
        Assert.Equal(verb == "send" ? 100 : 200, counters.GetProperty("commands").GetInt64());
        Assert.Equal(100, counters.GetProperty("doorbells").GetInt64());
        Assert.Equal(0, counters.GetProperty("directBytes").GetInt64());
        Assert.Equal(json.RootElement.GetProperty("bytes").GetInt64(), counters.GetProperty("bouncedBytes").GetInt64() + counters.GetProperty("coalescedBytes").GetInt64());
        GoldenText.Check($"json-net-{verb}.txt", JsonShape.Of(json.RootElement));
    }

    [Fact]
    public async Task E2_WhatIsReachableIsNotCopied()
    {
        string input = _folder.With("in", Captures.Make(100));
        ToolResult result = (await InProcess.RunAsync("net", "send", input, "--out", _folder.Path("out.pcap"), "--json")).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement counters = json.RootElement.GetProperty("counters");
        Assert.Equal(json.RootElement.GetProperty("bytes").GetInt64(), counters.GetProperty("directBytes").GetInt64());
        Assert.Equal(0, counters.GetProperty("registersHighWater").GetInt32());
    }

    [Theory]
    [InlineData("--fragments", "3")]
    [InlineData("--fragments", "32", "--above-4g")]
    [InlineData("--fragments", "8", "--iommu", "on")]
    [InlineData("--fragments", "64", "--managed", "--iommu", "on")]
    [InlineData("--above-4g", "--iommu", "on", "--queue-depth", "4")]
    [InlineData("--managed", "--fragmentation", "0.8", "--seed", "7", "--memory", "16MiB")]
    public async Task E2_HoweverPacketsLieTheyComeOutEqual(params string[] options)
    {
        byte[] capture = Captures.Make(150);
        string input = _folder.With("in", capture);
        foreach (string verb in (string[])["send", "loop"])
        {
            (await InProcess.RunAsync(["net", verb, input, "--out", _folder.Path("out.pcap"), .. options], null, CancellationToken.None)).Succeeded();
            Assert.Equal(capture, File.ReadAllBytes(_folder.Path("out.pcap")));
        }
    }

    [Fact]
    public async Task E2_TsharkReadsTheOutput()
    {
        Programs.Require("tshark");
        string input = _folder.With("in", Captures.Make(200));
        foreach (string name in (string[])["out.pcap", "out.pcapng"])
        {
            (await InProcess.RunAsync("net", "loop", input, "--out", _folder.Path(name))).Succeeded();
            ToolResult read = await ToolProcess.ShellAsync($"tshark -r '{_folder.Path(name)}' -T fields -e frame.number -e frame.len -e frame.time_epoch 2>/dev/null");
            Assert.Equal(0, read.ExitCode);
            string[] lines = read.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            List<(CaptureTime Time, byte[] Data)> packets = Captures.Read(input);
            Assert.Equal(packets.Select((p, i) => $"{i + 1}\t{p.Data.Length}\t{p.Time}"), lines);
        }
    }
}
