namespace DmaKit.Repository.Tests;

/// <summary>The guide "your first driver" and the sample project show one program.</summary>
public sealed class GuideTests
{
    private const string Guide = "docs/first-driver.md";
    private const string Program = "samples/FirstDriver/Program.cs";

    [Fact]
    public void The_guide_shows_the_sample_project()
        => Assert.Equal(RepositoryTree.Read(Program), Shown().Code);

    [Fact]
    public void The_first_driver_has_less_than_150_lines_and_its_output_is_shown()
    {
        Sample shown = Shown();
        Assert.InRange(shown.Code.Split('\n').Length, 1, 149);
        Assert.NotNull(shown.Output);
    }

    private static Sample Shown() => Sample.In(RepositoryTree.Read(Guide), Guide).First(sample => sample.Runs);
}
