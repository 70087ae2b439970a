using DmaKit.Formats;

namespace DmaKit.Cli.Tests;

/// <summary>Captures that cannot be: one clear line, exit code 1, and what was written is a capture.</summary>
public sealed class NetMalformedTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("send")]
    [InlineData("loop")]
    public async Task E2_AnEmptyFileIsRefusedAndTheOutputIsLeftAlone(string verb)
    {
        string input = _folder.With("in", []);
        string output = _folder.With("out.pcap", [1, 2, 3]);
        string error = (await InProcess.RunAsync("net", verb, input, "--out", output)).SingleError(ExitCode.Failed);
        Assert.Equal($"dmakit: '{input}': the file is empty: a capture begins with 4 bytes that say its format. (at byte 0)", error);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(output));
    }

    [Theory]
    [InlineData("cut short", "the capture is cut short in the packet: it needs ")]
    [InlineData("length lies", "the packet header says 4294967295 bytes of a packet; at most 262144 are read")]
    [InlineData("more than there was", "the packet header says 60 bytes captured of a packet of 10")]
    [InlineData("no bytes", "has 0 bytes; the card sends 1 to 1,792")]
    [InlineData("65,535 bytes", "has 65,535 bytes; the card sends 1 to 1,792")]
    [InlineData("block lies", "the capture is cut short in the block of type 0x00000bad: it needs 4294967184 more bytes")]
    [InlineData("block unknown and too short", "the block of type 0x00000bad says 8 bytes in all; legal: a multiple of 4, 12 or more")]
    [InlineData("other link", "has link type 101; the card sends Ethernet frames (link type 1)")]
    public async Task E2_WhatComesBeforeTheFaultIsSentAndWritten(string fault, string complaint)
    {
        bool blocks = fault.StartsWith("block", StringComparison.Ordinal) || fault == "other link";
        byte[] good = Captures.Make(20, blocks ? CaptureFormat.PcapNg : CaptureFormat.Pcap);
        byte[] bad = [.. good, .. Tail(fault)];
        string input = _folder.With("in", bad);
        string output = _folder.Path("out.pcap");
        string error = (await InProcess.RunAsync("net", "loop", input, "--out", output)).SingleError(ExitCode.Failed);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
        Assert.Contains($"'{input}'", error, StringComparison.Ordinal);
        Captures.AssertEqual(good, File.ReadAllBytes(output));
    }

    [Fact]
    public async Task E2_UnknownBlocksArePassedOver()
    {
        byte[] good = Captures.Make(5, CaptureFormat.PcapNg);
        byte[] more = [.. good, .. Block(0xBAD, new byte[4000])];
        string output = _folder.Path("out.pcapng");
        (await InProcess.RunAsync("net", "send", _folder.With("in", more), "--out", output)).Succeeded();
        Captures.AssertEqual(good, File.ReadAllBytes(output));
    }

    [Fact]
    public async Task E2_ATimeThatTheFormatHasNoPlaceForIsTold()
    {
        var stream = new MemoryStream();
        using (var writer = new CaptureWriter(stream, new CaptureWriterOptions { Format = CaptureFormat.PcapNg })) writer.Write(new CaptureTime(1L << 33, 0), new byte[60]);
        string input = _folder.With("in", stream.ToArray());
        string error = (await InProcess.RunAsync("net", "send", input, "--out", _folder.Path("out.pcap"))).SingleError(ExitCode.Failed);
        Assert.EndsWith("its time is 8589934592.000000000; pcap has places for 1970 to 2106, pcapng (--format pcapng) to 2554", error, StringComparison.Ordinal);
        Assert.Empty(Captures.Read(_folder.Path("out.pcap")));
        (await InProcess.RunAsync("net", "send", input, "--out", _folder.Path("out.pcapng"))).Succeeded();
    }

    private static byte[] Tail(string fault) => fault switch
    {
        "cut short" => [.. Long(1), .. Long(1), .. Long(100), .. Long(100), .. new byte[60]],
        "length lies" => [.. Long(1), .. Long(1), .. Long(uint.MaxValue), .. Long(uint.MaxValue), .. new byte[60]],
        "more than there was" => [.. Long(1), .. Long(1), .. Long(60), .. Long(10), .. new byte[60]],
        "no bytes" => [.. Long(1), .. Long(1), .. Long(0), .. Long(0)],
        "65,535 bytes" => [.. Long(1), .. Long(1), .. Long(65_535), .. Long(65_535), .. new byte[65_535]],
        "block lies" => [.. Long(0xBAD), .. Long(0xFFFF_FFFC), .. new byte[100]],
        "block unknown and too short" => [.. Long(0xBAD), .. Long(8)],
        _ => [.. Block(1, [101, 0, 0, 0, 0, 0, 0, 0]), .. Block(6, [.. Long(1), .. Long(0), .. Long(0), .. Long(4), .. Long(4), 1, 2, 3, 4])],
    };

    private static byte[] Block(uint type, byte[] body) => [.. Long(type), .. Long((uint)body.Length + 12), .. body, .. Long((uint)body.Length + 12)];

    private static byte[] Long(uint value) => BitConverter.GetBytes(value);
}
