namespace DmaKit.Repository.Tests;

public sealed class NeutralNamesTests
{
    [Fact]
    public void The_core_names_no_platform_and_no_device()
        => Finding.None(RepositoryTree.Sources("src/DmaKit").SelectMany(NeutralNames.InCore));

    [Fact]
    public void Drivers_name_no_platform()
        => Finding.None(RepositoryTree.Sources("src/DmaKit.Drivers").SelectMany(NeutralNames.InDriver));

    [Theory]
    [InlineData("class Adapter { object? emulatedMachine; }")]
    [InlineData("class QemuQuirk;")]
    [InlineData("class Adapter { bool IsVfio() => true; }")]
    [InlineData("using DmaKit.Emulation;")]
    public void Twin_a_platform_is_caught_in_core_and_driver(string bad)
    {
        Assert.Single(NeutralNames.InCore(new("src/DmaKit/A.cs", bad)));
        Assert.Single(NeutralNames.InDriver(new("src/DmaKit.Drivers/A.cs", bad)));
    }

    [Fact]
    public void Twin_a_device_is_caught_in_the_core_only()
    {
        var source = new SourceFile("A.cs", "class FusionReply { int mpt_tag; }");
        Assert.Equal(2, NeutralNames.InCore(source).Count());
        Assert.Empty(NeutralNames.InDriver(source));
    }

    [Fact]
    public void Comments_and_longer_words_are_free()
        => Assert.Empty(NeutralNames.InCore(new("A.cs", "// As an emulated machine does.\nclass Scheduler { int prompt, attempted; bool confusion; }")));
}
