using System.Text.Json;

namespace DmaKit.Cli.Tests;

/// <summary>The shape of the JSON objects: names, kinds and order. Scripts rely on it.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("write")]
    [InlineData("read")]
    [InlineData("copy")]
    [InlineData("verify")]
    [InlineData("info")]
    [InlineData("bench")]
    public async Task E2_OneObjectOfTheGoldenShape(string verb)
    {
        string image = _folder.Random("D.img", 1 << 20);
        string source = _folder.Random("source", 1 << 20);
        string[] args = verb switch
        {
            "write" => ["--image", image, "--from", source],
            "read" => ["--image", image, "--to", _folder.Path("out")],
            "copy" => [image, source],
            "verify" => ["--image", image, "--against", source],
            "info" => [image],
            _ => ["--image", image, "--time", "10ms"],
        };
        ToolResult result = (await InProcess.RunAsync(["disk", verb, "--json", .. args], null, CancellationToken.None)).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal($"disk {verb}", json.RootElement.GetProperty("verb").GetString());
        Assert.Equal("emulated", json.RootElement.GetProperty("platform").GetString());
        Assert.True(json.RootElement.GetProperty("seconds").GetDouble() >= 0);
        GoldenText.Check($"json-disk-{verb}.txt", JsonShape.Of(json.RootElement));
    }

    [Fact]
    public async Task E2_ADifferenceIsInTheObjectToo()
    {
        string image = _folder.Random("D.img", 4096);
        string other = _folder.Random("other", 4096, seed: 2);
        ToolResult result = await InProcess.RunAsync("disk", "verify", "--json", "--image", image, "--against", other);
        result.SingleError(ExitCode.Failed);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.False(json.RootElement.GetProperty("equal").GetBoolean());
        Assert.Equal(0, json.RootElement.GetProperty("firstDifference").GetInt64());
    }
}
