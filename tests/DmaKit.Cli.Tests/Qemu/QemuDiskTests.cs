using System.Security.Cryptography;
using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>Real data through QEMU's adapter into a raw image and back.</summary>
public sealed class QemuDiskTests : IDisposable
{
    private const int Large = 64 << 20;
    private const int Small = 4 << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task E2_SixtyFourMebibytesGoIntoADiskOfQemuAndBack()
    {
        QemuTool.Require();
        string source = _folder.Random("in", Large);
        string image = _folder.Path("D.img");
        string target = _folder.Path("out");
        JsonElement written = await JsonAsync("disk", "write", "--image", image, "--create", "64MiB", "--from", source, "--platform", "qemu", "--json");
        JsonElement read = await JsonAsync("disk", "read", "--image", image, "--to", target, "--platform", "qemu", "--json");
        string hash = HashOf(source);
        Assert.Equal(hash, HashOf(image));
        Assert.Equal(hash, HashOf(target));
        foreach (JsonElement run in (JsonElement[])[written, read])
        {
            Assert.Equal("qemu", run.GetProperty("platform").GetString());
            Assert.Equal(Large, run.GetProperty("bytes").GetInt64());
            Assert.Equal(hash, run.GetProperty("sha256").GetString());
            Assert.True(run.GetProperty("counters").GetProperty("commands").GetInt64() >= Large / TransferBuffers.ChunkBytes);
        }
    }

    [Theory]
    [InlineData("1", "--above-4g")]
    [InlineData("64", "--above-4g")]
    [InlineData("1", "--managed")]
    [InlineData("64", "--managed")]
    public async Task E2_BehindVtdWhatIsWrittenComesBack(string depth, string memory)
    {
        QemuTool.Require();
        string source = _folder.Random("in", Small);
        string image = _folder.Sparse("D.img", Small);
        string[] machine = ["--platform", "qemu+vtd", "--queue-depth", depth, memory, "--fragmentation", "0.9", "--json"];
        JsonElement written = await JsonAsync(["disk", "write", "--image", image, "--from", source, .. machine]);
        JsonElement read = await JsonAsync(["disk", "read", "--image", image, "--to", _folder.Path("out"), .. machine]);
        string hash = HashOf(source);
        Assert.Equal(hash, HashOf(image));
        Assert.Equal(hash, HashOf(_folder.Path("out")));
        Assert.Equal("qemu+vtd", written.GetProperty("platform").GetString());
        Assert.True(read.GetProperty("counters").GetProperty("iommuMaps").GetInt64() > 0);
    }

    [Fact]
    public async Task E2_TheRestOfAnImageThatIsNoBlockIsLeftAlone()
    {
        QemuTool.Require();
        string image = _folder.Random("D.img", 4096 + 100);
        byte[] before = await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken);
        string source = _folder.Random("in", 4096);
        await JsonAsync("disk", "write", "--image", image, "--from", source, "--platform", "qemu", "--json");
        byte[] after = await File.ReadAllBytesAsync(image, TestContext.Current.CancellationToken);
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(before[4096..], after[4096..]);
        Assert.Equal(await File.ReadAllBytesAsync(source, TestContext.Current.CancellationToken), after[..4096]);
    }

    [Fact]
    public async Task E2_TheDemoRunsOnQemu()
    {
        QemuTool.Require();
        ToolResult result = (await InProcess.RunAsync("demo", "--plain", "--platform", "qemu+vtd")).Succeeded();
        Assert.Contains("qemu+vtd: 64 MiB of memory", result.Output, StringComparison.Ordinal);
        Assert.Contains("written, read back and compared: equal", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--disk-latency is for --platform emulated only", "--disk-latency", "5ms")]
    [InlineData("legal on QEMU: 16MiB to 64GiB", "--memory", "8MiB")]
    public async Task E2_WhatQemuCannotDoIsWrongUsage(string expected, params string[] options)
    {
        string image = _folder.Sparse("D.img", Small);
        ToolResult result = await InProcess.RunAsync(["disk", "info", image, "--platform", "qemu", .. options]);
        Assert.Contains(expected, result.SingleError(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_APlatformThatThereIsNotIsWrongUsage()
    {
        ToolResult result = await InProcess.RunAsync("devices", "--platform", "bochs");
        Assert.Contains("legal: emulated, qemu, qemu+vtd", result.SingleError(2), StringComparison.Ordinal);
    }

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static async Task<JsonElement> JsonAsync(params string[] args)
    {
        ToolResult result = (await InProcess.RunAsync(args)).Succeeded();
        return JsonDocument.Parse(result.Output).RootElement.Clone();
    }
}
