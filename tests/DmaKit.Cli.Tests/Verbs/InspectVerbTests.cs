using System.Text.Json;
using System.Xml.Linq;

namespace DmaKit.Cli.Tests;

public sealed class InspectVerbTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task E2_EverythingAliveIsListedWithTheLineThatItCameFrom()
    {
        ToolResult result = (await InProcess.RunAsync("inspect", "--queue-depth", "4")).Succeeded();
        Assert.StartsWith("platform emulated: ", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"  buffer  0x[0-9A-F]{8}\+0x[0-9A-F]+ 0000:03:00\.0 command packets, from FusionMptMemory\.cs:\d+", result.Output);
        Assert.Contains("  packet  ", result.Output, StringComparison.Ordinal);
        Assert.Contains("  mapping ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("  report  ", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task E2_AsJsonItIsOneObject_AndThePictureIsXml()
    {
        string picture = _folder.Path("alive.svg");
        ToolResult result = (await InProcess.RunAsync("inspect", "--queue-depth", "2", "--iommu", "on", "--json", "--svg", picture)).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement alive = json.RootElement.GetProperty("alive");
        Assert.Equal("inspect", json.RootElement.GetProperty("verb").GetString());
        Assert.True(alive.GetProperty("buffers").GetArrayLength() > 3);
        Assert.Equal(0, alive.GetProperty("reports").GetArrayLength());
        Assert.Contains("command packets", XDocument.Load(picture).Root!.Value, StringComparison.Ordinal);
    }
}
