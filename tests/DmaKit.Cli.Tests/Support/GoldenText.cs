namespace DmaKit.Cli.Tests;

/// <summary>Text that is compared with a file of the repository. <c>DMAKIT_ACCEPT=1</c> writes the file instead.</summary>
internal static class GoldenText
{
    internal static void Check(string name, string text) => CheckAt($"tests/DmaKit.Cli.Tests/Golden/{name}", text);

    /// <summary>Compares with a file anywhere in the repository.</summary>
    internal static void CheckAt(string name, string text)
    {
        string path = Path.Combine(Root(), name);
        if (Environment.GetEnvironmentVariable("DMAKIT_ACCEPT") is "1") File.WriteAllText(path, text);
        string expected = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected == text, $"{name} is not what it was. If this is meant, run the test with DMAKIT_ACCEPT=1.\n--- was\n{expected}\n--- is\n{text}");
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DmaKit.slnx"))) folder = folder.Parent;
        Assert.NotNull(folder);
        return folder.FullName;
    }
}
