namespace DmaKit.Cli.Tests;

/// <summary>What is refused leaves every file as it was, and says why in one line.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task E2_AMissingImageIsNotMade()
    {
        string image = _folder.Path("D.img");
        string source = _folder.Random("source", 512);
        foreach (string[] verb in new string[][]
        {
            ["disk", "write", "--image", image, "--from", source], ["disk", "read", "--image", image, "--to", _folder.Path("out")],
            ["disk", "info", image], ["disk", "copy", image, source], ["disk", "copy", source, image], ["disk", "bench", "--image", image],
            ["disk", "verify", "--image", image, "--against", source],
        })
        {
            Assert.Contains("there is no disk image '", (await InProcess.RunAsync(verb)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
            Assert.False(File.Exists(image));
            Assert.False(File.Exists(_folder.Path("out")));
        }
    }

    [Fact]
    public async Task E2_AFolderIsNoImage()
    {
        string source = _folder.Random("source", 512);
        Assert.EndsWith("is a folder; the disk image must be a file", (await InProcess.RunAsync("disk", "write", "--image", Path.GetTempPath(), "--from", source)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.EndsWith("is a folder; the input must be a file", (await InProcess.RunAsync("disk", "write", "--image", source, "--from", Path.GetTempPath())).SingleError(ExitCode.Failed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_AFileLargerThanTheImageWritesNothing()
    {
        string image = _folder.Random("D.img", 1024);
        byte[] before = File.ReadAllBytes(image);
        string source = _folder.Random("source", 1025);
        Assert.Contains("has 1,025 bytes", (await InProcess.RunAsync("disk", "write", "--image", image, "--from", source)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        string small = _folder.Random("small", 1024);
        Assert.Contains("room for 1,023", (await InProcess.RunAsync("disk", "write", "--image", image, "--from", small, "--offset", "1")).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        string large = _folder.Random("large", 2048);
        Assert.Contains("room for 1,024", (await InProcess.RunAsync("disk", "copy", large, image)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    [Fact]
    public async Task E2_AnOffsetBeyondTheEndAndTooMuchLengthAreErrors()
    {
        string image = _folder.Random("D.img", 1024);
        string source = _folder.Random("source", 1);
        string target = _folder.Random("target", 10);
        Assert.Contains("offset 1,025 is beyond the end", (await InProcess.RunAsync("disk", "write", "--image", image, "--from", source, "--offset", "1025")).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Contains("offset 1,025 is beyond the end", (await InProcess.RunAsync("disk", "read", "--image", image, "--to", target, "--offset", "1025")).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Contains("1,025 bytes are wanted", (await InProcess.RunAsync("disk", "read", "--image", image, "--to", target, "--length", "1025")).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Equal(10, new FileInfo(target).Length);
    }

    [Fact]
    public async Task E2_CreateRefusesWhatExistsAndEvenADanglingLink()
    {
        string image = _folder.Random("D.img", 1024);
        string source = _folder.Random("source", 512);
        Assert.Contains("exists already", (await InProcess.RunAsync("disk", "write", "--image", image, "--create", "1MiB", "--from", source)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Equal(1024, new FileInfo(image).Length);
        string link = _folder.Path("link");
        File.CreateSymbolicLink(link, _folder.Path("nowhere"));
        Assert.Contains("exists already", (await InProcess.RunAsync("disk", "write", "--image", link, "--create", "1MiB", "--from", source)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Path("nowhere")));

        // What cannot work leaves no new file behind.
        Assert.Contains("room for 512", (await InProcess.RunAsync("disk", "write", "--image", _folder.Path("new"), "--create", "512", "--from", image)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Path("new")));
    }

    [Theory]
    [InlineData("same")]
    [InlineData("hard")]
    [InlineData("symbolic")]
    [InlineData("roundabout")]
    public async Task E2_AnOutputThatIsAnInputIsRefused(string how)
    {
        string image = _folder.Random("D.img", 4096);
        byte[] before = File.ReadAllBytes(image);
        string other = how switch
        {
            "hard" => HardLink(image, _folder.Path("hard")),
            "symbolic" => File.CreateSymbolicLink(_folder.Path("symbolic"), image).FullName,
            "roundabout" => Path.Combine(Path.GetDirectoryName(image)!, ".", "D.img"),
            _ => image,
        };
        foreach (string[] verb in new string[][]
        {
            ["disk", "write", "--image", image, "--from", other], ["disk", "write", "--image", other, "--from", image],
            ["disk", "read", "--image", image, "--to", other], ["disk", "read", "--image", other, "--to", image], ["disk", "copy", image, other],
        })
        {
            Assert.EndsWith("are the same file", (await InProcess.RunAsync(verb)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(image));
        }
    }

    [Fact]
    public async Task E2_AnImageInUseIsRefused()
    {
        string image = _folder.Random("D.img", 4096);
        string source = _folder.Random("source", 512);
        byte[] before = File.ReadAllBytes(image);
        using (FileStream held = new(image, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            foreach (string[] verb in new string[][]
            {
                ["disk", "write", "--image", image, "--from", source], ["disk", "read", "--image", image, "--to", _folder.Path("out")],
                ["disk", "info", image], ["disk", "copy", image, source], ["disk", "copy", source, image], ["disk", "bench", "--image", image],
            })
            {
                Assert.EndsWith("is in use by another process", (await InProcess.RunAsync(verb)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
            }
        }

        // Somebody who only reads keeps writers out, but no readers.
        using (FileStream read = new(image, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            (await InProcess.RunAsync("disk", "info", image)).Succeeded();
            Assert.EndsWith("is in use by another process", (await InProcess.RunAsync("disk", "write", "--image", image, "--from", source)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        }

        Assert.Equal(before, File.ReadAllBytes(image));
        Assert.False(File.Exists(_folder.Path("out")));
    }

    [Fact]
    public async Task E2_AnImageWithoutABlockIsNone()
    {
        string image = _folder.Random("D.img", 511);
        Assert.Contains("has 511 bytes: not one whole block", (await InProcess.RunAsync("disk", "read", "--image", image, "--to", _folder.Path("out"))).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Contains("has 511 bytes: not one whole block", (await InProcess.RunAsync("disk", "info", image)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Contains("has 511 bytes: not one whole block", (await InProcess.RunAsync("disk", "bench", "--image", image)).SingleError(ExitCode.Failed), StringComparison.Ordinal);
    }

    private static string HardLink(string file, string link)
    {
        using var process = System.Diagnostics.Process.Start("ln", [file, link]);
        process.WaitForExit();
        return link;
    }
}
