using System.Text.Json;

namespace DmaKit.Cli.Tests;

public sealed class DoctorVerbTests
{
    private static readonly string[] Platforms = ["emulated", "qemu", "qemu+vtd"];

    [Fact]
    public async Task E2_WhereQemuIsInstalledEveryPlatformWorks()
    {
        QemuTool.Require();
        JsonElement report = Parse(await InProcess.RunAsync("doctor", "--json"));
        JsonElement[] platforms = [.. report.GetProperty("platforms").EnumerateArray()];
        Assert.Equal([.. Platforms, "vfio"], platforms.Select(p => p.GetProperty("name").GetString()));

        // Whether the last one does is the machine's business.
        Assert.All(platforms[..3], p => Assert.True(p.GetProperty("works").GetBoolean(), p.ToString()));
        Assert.Matches(@"^\d+\.\d+", report.GetProperty("qemu").GetProperty("version").GetString());
        ToolResult text = (await InProcess.RunAsync("doctor")).Succeeded();
        Assert.All(Platforms, p => Assert.Contains($"platform  {p}: works\n", text.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task E2_ItLooksAtOnePlatformIfOneIsNamed()
    {
        JsonElement report = Parse(await InProcess.RunAsync("doctor", "--json", "--platform", "emulated"));
        Assert.Equal("emulated", Assert.Single(report.GetProperty("platforms").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("DMAKIT_QEMU", "/nowhere/qemu", "unset DMAKIT_QEMU")]
    [InlineData("DMAKIT_QEMU", "/bin/false", "unset DMAKIT_QEMU")]
    [InlineData("PATH", "/nowhere", "sudo apt-get install qemu-system-x86")]
    public async Task E2_WhereItIsNotTheCommandThatMendsItIsNamed(string variable, string value, string remedy)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = value };
        JsonElement report = Parse(await ToolProcess.RunAsync(null, environment, "doctor", "--json"));
        JsonElement[] platforms = [.. report.GetProperty("platforms").EnumerateArray()];
        Assert.True(platforms[0].GetProperty("works").GetBoolean());
        Assert.All(platforms[1..3], p => Assert.False(p.GetProperty("works").GetBoolean()));
        Assert.All(platforms[1..3], p => Assert.Equal(remedy, p.GetProperty("remedy").GetString()));

        // The rest of the tool does without.
        (await ToolProcess.RunAsync(null, environment, "devices")).Succeeded();
        ToolResult refused = await ToolProcess.RunAsync(null, environment, "devices", "--platform", "qemu");
        if (value != "/bin/false") Assert.Contains(remedy, refused.SingleError(1), StringComparison.Ordinal);
        else Assert.Contains("ended with exit code 1", refused.SingleError(1), StringComparison.Ordinal);
    }

    private static JsonElement Parse(ToolResult result)
    {
        using JsonDocument json = JsonDocument.Parse(result.Succeeded().Output);
        return json.RootElement.Clone();
    }
}
