using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>What is written comes back, on every kind of machine.</summary>
public sealed class MatrixTests : IDisposable
{
    private const int Bytes = 8 << 20;

    private static readonly byte[] Data = MakeData();

    private readonly TempFolder _folder = new();

    public static TheoryData<int, string, string, string> Machines
    {
        get
        {
            var data = new TheoryData<int, string, string, string>();
            foreach (int depth in new[] { 1, 8, 64, 128 })
                foreach (string iommu in new[] { "off", "on" })
                    foreach (string fragmentation in new[] { "0", "0.95" })
                        foreach (string memory in new[] { "managed", "system", "above-4g" })
                            data.Add(depth, iommu, fragmentation, memory);
            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Machines))]
    public async Task E2_WhatIsWrittenComesBack(int depth, string iommu, string fragmentation, string memory)
    {
        string source = _folder.With("source", Data);
        string image = _folder.Sparse("D.img", Bytes);
        string target = _folder.Path("target");
        string[] machine =
        [
            "--queue-depth", depth.ToString(CultureInfo.InvariantCulture), "--iommu", iommu, "--fragmentation", fragmentation, "--memory", "64MiB", "--json",
            .. memory == "system" ? Array.Empty<string>() : [$"--{memory}"],
        ];
        JsonElement written = await JsonAsync(["disk", "write", "--image", image, "--from", source, .. machine]);
        JsonElement read = await JsonAsync(["disk", "read", "--image", image, "--to", target, .. machine]);

        string hash = Convert.ToHexStringLower(SHA256.HashData(Data));
        Assert.Equal(hash, written.GetProperty("sha256").GetString());
        Assert.Equal(hash, read.GetProperty("sha256").GetString());
        byte[] came = await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken);
        Assert.True(Data.AsSpan().SequenceEqual(came), "the bytes differ");
        foreach (JsonElement run in new[] { written, read })
        {
            JsonElement counters = run.GetProperty("counters");
            Assert.Equal(Bytes, run.GetProperty("bytes").GetInt64());
            Assert.True(counters.GetProperty("commands").GetInt64() >= Bytes / TransferBuffers.ChunkBytes);
            Assert.True(counters.GetProperty("doorbells").GetInt64() >= counters.GetProperty("commands").GetInt64());
            Assert.InRange(counters.GetProperty("interrupts").GetInt64(), 1, long.MaxValue);
            Assert.InRange(counters.GetProperty("packets").GetInt32(), 1, depth);
            bool bounces = memory == "managed";
            Assert.True(counters.GetProperty(bounces ? "bouncedBytes" : "directBytes").GetInt64() >= Bytes, counters.ToString());
            Assert.Equal(iommu == "on", counters.GetProperty("iommuMaps").GetInt64() > 0);
        }
    }

    private static byte[] MakeData()
    {
        var bytes = new byte[Bytes];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private static async Task<JsonElement> JsonAsync(string[] args)
    {
        ToolResult result = (await InProcess.RunAsync(args)).Succeeded();
        return JsonDocument.Parse(result.Output).RootElement.Clone();
    }
}
