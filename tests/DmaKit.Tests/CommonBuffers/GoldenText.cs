using System.Runtime.CompilerServices;

namespace DmaKit.Tests;

/// <summary>Compares text with a file beside the tests. With DMAKIT_ACCEPT=1 outside CI, what is different is accepted.</summary>
internal static class GoldenText
{
    public static void Check(string name, string actual, [CallerFilePath] string source = "")
    {
        string golden = Path.Combine(AppContext.BaseDirectory, "CommonBuffers", "Golden", name);
        bool inCi = Environment.GetEnvironmentVariable("CI") is not (null or "false");
        if (Environment.GetEnvironmentVariable("DMAKIT_ACCEPT") == "1" && !inCi)
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(source)!, "Golden", name), actual);
        else
            Assert.Equal(File.ReadAllText(golden), actual);
    }
}
