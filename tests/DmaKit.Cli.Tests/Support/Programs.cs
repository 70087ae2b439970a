namespace DmaKit.Cli.Tests;

/// <summary>Programs of others that a test calls.</summary>
internal static class Programs
{
    /// <summary>Skips the test where a program is missing.</summary>
    internal static void Require(string name) =>
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name))),
            $"{name} is not installed; eng/install-packages installs it");
}
