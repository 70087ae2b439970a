using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DmaKit.Repository.Tests;

public sealed class ArrowsTests
{
    private static IEnumerable<string> Projects
        => RepositoryTree.Files.Where(path => path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void Built_assemblies_reference_only_what_the_table_allows()
        => Finding.None(Projects.SelectMany(path =>
        {
            string built = Path.Combine(AppContext.BaseDirectory, Arrows.AssemblyOf(XDocument.Parse(RepositoryTree.Read(path)), path) + ".dll");
            Assert.True(File.Exists(built), $"{path} is not referenced by the repository's tests, so nobody judges it.");
            using FileStream image = File.OpenRead(built);
            return Arrows.InAssembly(image, path);
        }));

    [Fact]
    public void Project_files_reference_only_what_the_table_allows()
        => Finding.None(Projects.SelectMany(path => Arrows.InProject(RepositoryTree.Read(path), path)));

    [Fact]
    public void No_two_assemblies_differ_in_case_only()
        => Finding.None(Arrows.SameButForCase(Projects.Select(path => Arrows.AssemblyOf(XDocument.Parse(RepositoryTree.Read(path)), path))));

    [Fact]
    public void Twin_a_name_that_differs_in_case_only_is_caught()
        => Assert.Single(Arrows.SameButForCase(["DmaKit", "DmaKit.Cli", "dmakit"]));

    [Fact]
    public void Twin_a_driver_that_uses_a_platform_is_caught()
    {
        CSharpCompilation platform = Compile("DmaKit.Emulation", "public class Machine;");
        CSharpCompilation driver = Compile("DmaKit.Drivers", "public class Driver { public Machine? M; }", platform.ToMetadataReference());
        using var image = new MemoryStream();
        Assert.True(driver.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        image.Position = 0;

        Finding caught = Assert.Single(Arrows.InAssembly(image, "driver.dll"));
        Assert.Equal("DmaKit.Drivers must not reference DmaKit.Emulation", caught.What);
    }

    [Theory]
    [InlineData("src/DmaKit/DmaKit.csproj", "../DmaKit.Testing/DmaKit.Testing.csproj", "DmaKit must not reference DmaKit.Testing")]
    [InlineData("src/DmaKit.Vfio/DmaKit.Vfio.csproj", "..\\DmaKit.Drivers\\DmaKit.Drivers.csproj", "DmaKit.Vfio must not reference DmaKit.Drivers")]
    [InlineData("src/DmaKit.New/DmaKit.New.csproj", "../DmaKit/DmaKit.csproj", "DmaKit.New has no entry in the table of arrows")]
    public void Twin_a_wrong_project_reference_is_caught(string path, string reference, string what)
        => Assert.Equal(what, Assert.Single(Arrows.InProject($"<Project><ItemGroup><ProjectReference Include=\"{reference}\" /></ItemGroup></Project>", path)).What);

    private static CSharpCompilation Compile(string name, string source, params MetadataReference[] references)
        => CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            [.. BuiltReferences.Framework, .. references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
}
