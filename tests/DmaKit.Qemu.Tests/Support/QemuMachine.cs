namespace DmaKit.Qemu.Tests;

/// <summary>QEMU for tests: where it is missing, a test skips and says so; on CI, which installs it, that is a failure.</summary>
internal static class QemuMachine
{
    /// <summary>Starts QEMU, or skips the test.</summary>
    internal static async Task<QemuPlatform> StartAsync(QemuPlatformOptions options)
    {
        Require();
        return await QemuPlatform.StartAsync(options, TestContext.Current.CancellationToken);
    }

    /// <summary>Skips the test where there is no QEMU.</summary>
    internal static QemuProgram Require()
    {
        try
        {
            return QemuProgram.Find();
        }
        catch (QemuMissingException e)
        {
            Assert.SkipUnless(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.Ordinal), e.Message);
            throw;
        }
    }
}
