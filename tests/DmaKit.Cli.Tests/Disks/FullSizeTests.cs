using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>A whole 256 MiB, once, by the tool as a process.</summary>
public sealed class FullSizeTests : IDisposable
{
    private const int Small = 16 << 20;
    private const int Large = 256 << 20;
    private const long Tolerance = 1 << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task E2_AFileGoesIntoAnImageAndBackAndMemoryDoesNotGrowWithIt()
    {
        string large = _folder.Random("large", Large);
        string image = _folder.Path("D.img");
        JsonElement written = await JsonAsync("disk", "write", "--image", image, "--create", "256MiB", "--from", large, "--json");
        JsonElement read = await JsonAsync("disk", "read", "--image", image, "--to", _folder.Path("out"), "--json");
        Assert.Equal(Large, written.GetProperty("bytes").GetInt64());
        Assert.Equal(written.GetProperty("sha256").GetString(), read.GetProperty("sha256").GetString());
        Assert.Equal(written.GetProperty("sha256").GetString(), HashOf(large));
        Assert.Equal(written.GetProperty("sha256").GetString(), HashOf(_folder.Path("out")));

        JsonElement smallRead = await JsonAsync("disk", "read", "--image", image, "--to", _folder.Path("out"), "--length", "16MiB", "--json");
        JsonElement smallWritten = await JsonAsync("disk", "write", "--image", image, "--from", _folder.Path("out"), "--json");
        Assert.Equal(Small, smallRead.GetProperty("bytes").GetInt64());
        Assert.InRange(Peak(read) - Peak(smallRead), -Tolerance + 1, Tolerance - 1);
        Assert.InRange(Peak(written) - Peak(smallWritten), -Tolerance + 1, Tolerance - 1);
    }

    private static long Peak(JsonElement run) => run.GetProperty("peakManagedBytes").GetInt64();

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file));
    }

    private static async Task<JsonElement> JsonAsync(params string[] args)
    {
        ToolResult result = (await ToolProcess.RunAsync(args)).Succeeded();
        return JsonDocument.Parse(result.Output).RootElement.Clone();
    }
}
