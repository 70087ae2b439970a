using System.Text.Json;

namespace DmaKit.Cli.Tests;

public sealed class DevicesVerbTests
{
    [Fact]
    public async Task E2_DevicesAreListedWithAddressIdsAndRegisters()
    {
        ToolResult result = (await InProcess.RunAsync("devices")).Succeeded();
        Assert.Contains("1234:11e8  class 00ff00", result.Output, StringComparison.Ordinal);
        Assert.Contains("1000:0054  class 010000", result.Output, StringComparison.Ordinal);
        Assert.Contains("10ec:8139  class 020000", result.Output, StringComparison.Ordinal);
        Assert.Contains("BAR 0: 1 MiB of memory at 0x", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("qemu")]
    [InlineData("qemu+vtd")]
    public async Task E2_DevicesOfQemuAreListed(string platform)
    {
        QemuTool.Require();
        ToolResult result = (await InProcess.RunAsync("devices", "--platform", platform)).Succeeded();
        Assert.Contains("0000:00:03.0  1234:11e8  class 00ff00", result.Output, StringComparison.Ordinal);
        Assert.Contains("1000:0054  class 010000", result.Output, StringComparison.Ordinal);
        Assert.Contains("10ec:8139  class 020000", result.Output, StringComparison.Ordinal);
        Assert.Contains("1274:5000  class 040100", result.Output, StringComparison.Ordinal);
        Assert.Contains("BAR 0: 1 MiB of memory at 0xe0000000", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task E2_DevicesAsJsonAreOneObject()
    {
        ToolResult result = (await InProcess.RunAsync("devices", "--json")).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal("devices", json.RootElement.GetProperty("verb").GetString());
        Assert.Equal("emulated", json.RootElement.GetProperty("platform").GetString());
        Assert.Contains(json.RootElement.GetProperty("devices").EnumerateArray(), d => d.GetProperty("vendorId").GetString() == "1234");
    }
}
