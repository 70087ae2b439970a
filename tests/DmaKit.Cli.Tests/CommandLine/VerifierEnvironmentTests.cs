namespace DmaKit.Cli.Tests;

/// <summary><c>DMAKIT_VERIFY</c> in the environment of a process.</summary>
public sealed class VerifierEnvironmentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("throw,bounce,nostacks")]
    public async Task A_verified_driver_does_what_it_did_and_nothing_is_reported(string value)
    {
        string from = _folder.Random("from", 300_000), image = _folder.Path("d.img");
        ToolResult result = (await ToolProcess.RunAsync(
            null, new Dictionary<string, string> { ["DMAKIT_VERIFY"] = value }, "disk", "write", "--image", image, "--create", "1MiB", "--from", from)).Succeeded();
        Assert.DoesNotContain("DMK", result.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(from), File.ReadAllBytes(image)[..300_000]);
    }

    [Fact]
    public async Task A_word_that_it_does_not_know_is_refused_with_those_that_it_knows()
    {
        ToolResult result = await ToolProcess.RunAsync(null, new Dictionary<string, string> { ["DMAKIT_VERIFY"] = "yes" }, "devices");
        Assert.Equal(ExitCode.Failed, result.ExitCode);
        Assert.Equal("dmakit: DMAKIT_VERIFY has the word 'yes'; legal: 1, throw, failfast, bounce, nostacks, advice, with commas between", result.Error.Trim());
    }
}
