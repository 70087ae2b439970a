using DmaKit.Qemu;

namespace DmaKit.Cli.Tests;

/// <summary>QEMU for tests of the tool: where it is missing, a test skips and says so; on CI, which installs it, that is a failure.</summary>
internal static class QemuTool
{
    internal static void Require()
    {
        try
        {
            _ = QemuProgram.Find();
        }
        catch (QemuMissingException e)
        {
            Assert.SkipUnless(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.Ordinal), e.Message);
            throw;
        }
    }
}
