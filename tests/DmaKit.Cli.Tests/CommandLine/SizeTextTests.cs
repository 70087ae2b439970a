namespace DmaKit.Cli.Tests;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64KiB", 65536)]
    [InlineData("64k", 65536)]
    [InlineData("512MiB", 536870912)]
    [InlineData("512 MiB", 536870912)]
    [InlineData("2G", 2147483648)]
    [InlineData("1TiB", 1099511627776)]
    [InlineData("3MB", 3000000)]
    [InlineData("3kB", 3000)]
    [InlineData("17B", 17)]
    public void E2_SizesAreReadAsPeopleTypeThem(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("0x10")]
    [InlineData("1XiB")]
    [InlineData("9223372036854775807K")]
    [InlineData("99999999999999999999")]
    public void E2_OtherTextsAreNoSizes(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Theory]
    [InlineData(1, "1 byte")]
    [InlineData(513, "513 bytes")]
    [InlineData(65536, "64 KiB")]
    [InlineData(1610612736, "1.5 GiB")]
    public void E2_SizesAreShownShort(long bytes, string text) => Assert.Equal(text, SizeText.Show(bytes));
}
