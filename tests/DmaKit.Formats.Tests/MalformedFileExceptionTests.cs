namespace DmaKit.Formats.Tests;

public sealed class MalformedFileExceptionTests
{
    [Fact]
    public void The_text_names_the_place()
    {
        var error = new MalformedFileException("The chunk says 12 bytes, and 4 are left.", 36);
        Assert.Equal("The chunk says 12 bytes, and 4 are left. (at byte 36)", error.Message);
        Assert.Equal(36, error.Offset);
    }
}
