namespace DmaKit.Cli.Tests;

/// <summary>Lengths and places that are no whole blocks, and sources that are no files.</summary>
public sealed class EdgeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(513, 0)]
    [InlineData(512, 0)]
    [InlineData(1, 511)]
    [InlineData(513, 4095)]
    [InlineData(70_000, 1)]
    [InlineData(65_536, 65_536)]
    [InlineData(1_048_575, 1)]
    [InlineData(0, 1_048_576)]
    public async Task E2_AnyBytesAreWrittenAndTheirNeighboursStay(int length, int offset)
    {
        byte[] before = File.ReadAllBytes(_folder.Random("D.img", 1 << 20, seed: 2));
        byte[] data = File.ReadAllBytes(_folder.Random("source", length, seed: 3));
        string image = _folder.Path("D.img");
        (await InProcess.RunAsync("disk", "write", "--image", image, "--from", _folder.Path("source"), "--offset", Text(offset), "--queue-depth", "4")).Succeeded();

        data.CopyTo(before, offset);
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(image)), "the image is not what it should be");

        (await InProcess.RunAsync("disk", "read", "--image", image, "--to", _folder.Path("out"), "--offset", Text(offset), "--length", Text(length))).Succeeded();
        Assert.True(data.AsSpan().SequenceEqual(File.ReadAllBytes(_folder.Path("out"))), "what was read is not what was written");

        (await InProcess.RunAsync("disk", "verify", "--image", image, "--against", _folder.Path("source"), "--offset", Text(offset))).Succeeded();
    }

    [Fact]
    public async Task E2_ThePipeMayHaveAnyLength()
    {
        byte[] data = File.ReadAllBytes(_folder.Random("source", 200_001));
        string image = _folder.Sparse("D.img", 1 << 20);
        (await InProcess.RunAsync(["disk", "write", "--image", image, "--from", "-"], data, CancellationToken.None)).Succeeded();
        ToolResult read = (await InProcess.RunAsync("disk", "read", "--image", image, "--to", "-", "--length", "200001")).Succeeded();
        Assert.True(data.AsSpan().SequenceEqual(read.OutputBytes));
        Assert.Contains("read 195.3 KiB", read.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_APipeThatDoesNotFitLeavesWhatWasWritten()
    {
        byte[] data = File.ReadAllBytes(_folder.Random("source", (1 << 20) + 1));
        string image = _folder.Sparse("D.img", 1 << 20);
        ToolResult result = await InProcess.RunAsync(["disk", "write", "--image", image, "--from", "-"], data, CancellationToken.None);
        Assert.Contains("has more than fits: the disk ends 1,048,576 bytes after offset 0; those were written", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.True(data.AsSpan(0, 1 << 20).SequenceEqual(File.ReadAllBytes(image)));
    }

    [Fact]
    public async Task E2_AnImageThatIsNoMultipleOfABlockIsUsedInWholeBlocks()
    {
        string image = _folder.Random("D.img", 1000);
        byte[] before = File.ReadAllBytes(image);
        byte[] data = File.ReadAllBytes(_folder.Random("source", 512, seed: 5));
        ToolResult result = (await InProcess.RunAsync("disk", "write", "--image", image, "--from", _folder.Path("source"))).Succeeded();
        Assert.Contains("note: disk image", result.Error, StringComparison.Ordinal);
        Assert.Contains("the last 488 make no whole block and are left alone", result.Error, StringComparison.Ordinal);
        data.CopyTo(before, 0);
        Assert.Equal(before, File.ReadAllBytes(image));

        ToolResult tooFar = await InProcess.RunAsync(["disk", "write", "--image", image, "--from", _folder.Random("more", 513)], null, CancellationToken.None);
        Assert.Contains("488 more make no whole block", tooFar.SingleError(ExitCode.Failed), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    [Fact]
    public async Task E2_CopyMakesTheOtherDiskEqual()
    {
        string from = _folder.Random("A.img", 3 << 20);
        string to = _folder.Random("B.img", 4 << 20, seed: 9);
        byte[] rest = File.ReadAllBytes(to)[(3 << 20)..];
        foreach (string depth in new[] { "1", "2", "3", "64" })
        {
            (await InProcess.RunAsync("disk", "copy", from, to, "--queue-depth", depth)).Succeeded();
            Assert.Equal(File.ReadAllBytes(from), File.ReadAllBytes(to)[..(3 << 20)]);
            Assert.Equal(rest, File.ReadAllBytes(to)[(3 << 20)..]);
            using FileStream forget = File.OpenWrite(to);
            forget.Write(new byte[3 << 20]);
        }

        (await InProcess.RunAsync("disk", "copy", from, _folder.Path("C.img"), "--create", "3MiB")).Succeeded();
        Assert.Equal(File.ReadAllBytes(from), File.ReadAllBytes(_folder.Path("C.img")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    [InlineData(199_999)]
    public async Task E2_VerifyTellsTheFirstDifference(int at)
    {
        byte[] data = File.ReadAllBytes(_folder.Random("D.img", 1 << 20))[..200_000];
        data[at] ^= 0x55;
        data[^1] ^= 0x01;
        string file = _folder.With("file", data);
        ToolResult result = await InProcess.RunAsync("disk", "verify", "--image", _folder.Path("D.img"), "--against", file);
        Assert.Contains($"differ first at byte {at} of the disk (block {at / 512})", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_VerifyOfAFileThatGoesOnBehindTheDiskDiffersAtItsEnd()
    {
        byte[] data = File.ReadAllBytes(_folder.Random("D.img", 4096));
        string file = _folder.With("file", [.. data, 1]);
        ToolResult result = await InProcess.RunAsync("disk", "verify", "--image", _folder.Path("D.img"), "--against", file);
        Assert.Contains("differ first at byte 4096 of the disk (block 8): the disk ends there", result.SingleError(ExitCode.Failed), StringComparison.Ordinal);
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
