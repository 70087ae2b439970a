namespace DmaKit.Repository.Tests;

public sealed class FileShapeTests
{
    [Fact]
    public void Sources_are_small_and_plainly_named()
        => Finding.None(RepositoryTree.Sources("src", "tests", "samples", "benchmarks").SelectMany(FileShape.InAny));

    [Fact]
    public void Libraries_have_one_public_type_a_file_in_the_namespace_of_its_room()
        => Finding.None(RepositoryTree.Sources("src").SelectMany(FileShape.InProduct));

    [Theory]
    [InlineData("namespace A { class B; }", "file-scoped")]
    [InlineData("class B\n{\n#region Fields\n#endregion\n}", "regions")]
    [InlineData("class StringHelper;", "Helper")]
    [InlineData("struct BufferManager;", "Manager")]
    [InlineData("static class RingUtils;", "Utils")]
    [InlineData("class {", "does not parse")]
    public void Twin_a_bad_shape_is_caught(string bad, string what)
        => Assert.Contains(FileShape.InAny(new("src/DmaKit/A.cs", bad)), finding => finding.What.Contains(what, StringComparison.Ordinal));

    [Fact]
    public void Twin_a_file_of_601_lines_is_caught()
    {
        Assert.Empty(FileShape.InAny(new("A.cs", new string('\n', 600))));
        Assert.Single(FileShape.InAny(new("A.cs", new string('\n', 601))));
    }

    [Theory]
    [InlineData("namespace DmaKit; public class A; public enum B;")]
    [InlineData("namespace DmaKit; public class A; public delegate void B();")]
    [InlineData("namespace DmaKit; public class A { } public class A<T> { }")]
    public void Twin_a_second_public_type_is_caught(string bad)
        => Assert.Single(FileShape.InProduct(new("src/DmaKit/Commands/A.cs", bad)));

    [Fact]
    public void Nested_and_internal_types_are_free()
        => Assert.Empty(FileShape.InProduct(new("src/DmaKit/Commands/A.cs", "namespace DmaKit; public class A { public enum Inner { } } internal class C;")));

    [Theory]
    [InlineData("src/DmaKit/Commands/A.cs", "DmaKit", "DmaKit.Commands")]
    [InlineData("src/DmaKit/Platforms/A.cs", "DmaKit.Platforms", "DmaKit")]
    [InlineData("src/DmaKit/Native/A.cs", "DmaKit.Native", "DmaKit")]
    [InlineData("src/DmaKit.Drivers/Storage/A.cs", "DmaKit.Drivers", "DmaKit.Drivers.Storage")]
    public void Twin_a_namespace_that_is_not_the_rooms_is_caught(string path, string right, string wrong)
    {
        Assert.Empty(FileShape.InProduct(new(path, $"namespace {right}; public class A;")));
        Assert.Single(FileShape.InProduct(new(path, $"namespace {wrong}; public class A;")));
    }
}
