using System.Reflection;
using System.Xml.Linq;

namespace DmaKit.Repository.Tests;

public sealed class ProjectTests
{
    private static IEnumerable<string> Projects => RepositoryTree.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void Versions_stand_in_one_place_and_are_exact()
        => Finding.None(RepositoryTree.Files
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".props", StringComparison.Ordinal) || path.EndsWith(".targets", StringComparison.Ordinal))
            .SelectMany(path => ProjectRules.Versions(RepositoryTree.Read(path), path)));

    [Fact]
    public void Every_library_is_a_package_and_compatible_with_aot()
        => Finding.None(Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal)).SelectMany(path => ProjectRules.Library(RepositoryTree.Read(path), path)));

    [Theory]
    [MemberData(nameof(PublicApiTests.Libraries), MemberType = typeof(PublicApiTests))]
    public void Every_built_library_says_that_it_can_be_trimmed(string library)
        => Assert.Contains(Assembly.Load(library).GetCustomAttributes<AssemblyMetadataAttribute>(), data => data is { Key: "IsTrimmable", Value: "True" });

    [Fact]
    public void Every_project_has_a_lock_file_that_every_sdk_restores()
    {
        string pinned = XDocument.Parse(RepositoryTree.Read("Directory.Packages.props")).Descendants("ILLinkTasksVersion").Single().Value;
        string[] locks = [.. Projects.Select(path => path[..(path.LastIndexOf('/') + 1)] + "packages.lock.json")];
        Assert.All(locks, path => Assert.Contains(path, RepositoryTree.Files));
        Finding.None(locks.SelectMany(path => ProjectRules.Lock(RepositoryTree.Read(path), path, pinned)));
    }

    [Fact]
    public async Task Every_project_and_lock_file_is_committed()
    {
        string[]? committed = await ListCommitted();
        Assert.SkipWhen(committed is null, "Not a git work tree, or no git here: nothing to compare with.");

        Assert.All(Projects, path => Assert.Contains(path, committed!));
        Assert.All(Projects, path => Assert.Contains(path[..(path.LastIndexOf('/') + 1)] + "packages.lock.json", committed!));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        XDocument solution = XDocument.Parse(RepositoryTree.Read("DmaKit.slnx"));
        Assert.Equal(Projects.Order(StringComparer.Ordinal), solution.Descendants("Project").Select(p => p.Attribute("Path")!.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_text_names_a_place_of_one_machine()
        => Finding.None(RepositoryTree.Files.SelectMany(path =>
        {
            byte[] bytes = File.ReadAllBytes(RepositoryTree.Absolute(path));
            return ProjectRules.IsText(bytes.AsSpan(0, Math.Min(bytes.Length, 8000))) ? [.. ProjectRules.Places(RepositoryTree.Read(path), path)] : Array.Empty<Finding>();
        }));

    [Theory]
    [InlineData("src/A/A.csproj", "<PackageReference Include=\"X\" Version=\"1.0.0\" />")]
    [InlineData("src/A/A.csproj", "<PackageReference Include=\"X\" VersionOverride=\"[1.0.0]\" />")]
    [InlineData("src/A/A.csproj", "<PackageReference Include=\"X\"><Version>1.0.0</Version></PackageReference>")]
    [InlineData("src/Directory.Build.props", "<PackageVersion Include=\"X\" Version=\"[1.0.0]\" />")]
    [InlineData("Directory.Packages.props", "<PackageVersion Include=\"X\" Version=\"1.0.0\" />")]
    [InlineData("Directory.Packages.props", "<PackageVersion Include=\"X\" Version=\"[1.0.0,2.0.0]\" />")]
    public void Twin_a_loose_version_is_caught(string path, string item)
        => Assert.Single(ProjectRules.Versions($"<Project><ItemGroup>{item}</ItemGroup></Project>", path));

    [Theory]
    [InlineData("<Description>What it is.</Description>", 0)]
    [InlineData("<Description> </Description>", 1)]
    [InlineData("<IsAotCompatible>false</IsAotCompatible>", 2)]
    [InlineData("<OutputType>Exe</OutputType><IsAotCompatible>false</IsAotCompatible>", 1)]
    [InlineData("<Description>What it is.</Description><IsPackable>false</IsPackable>", 1)]
    public void Twin_a_library_that_is_no_good_package_is_caught(string properties, int findings)
        => Assert.Equal(findings, ProjectRules.Library($"<Project><PropertyGroup>{properties}</PropertyGroup></Project>", "src/A/A.csproj").Count());

    [Fact]
    public void Twin_a_lock_file_that_follows_the_sdk_is_caught()
    {
        const string Lock = """{ "version": 2, "dependencies": { "net10.0": { "Microsoft.NET.ILLink.Tasks": { "resolved": "10.0.13" } } } }""";
        Assert.Single(ProjectRules.Lock(Lock, "packages.lock.json", "10.0.12"));
        Assert.Empty(ProjectRules.Lock(Lock, "packages.lock.json", "10.0.13"));
    }

    [Theory]
    [InlineData("See ../share", "d/DESIGN.md.")]
    [InlineData("cd /wor", "k/tree")]
    [InlineData("\"/hom", "e/somebody/x\"")]
    [InlineData("ls /roo", "t/.nuget")]
    [InlineData("C:\\User", "s\\somebody")]
    public void Twin_a_place_of_one_machine_is_caught(string first, string second)
        => Assert.Single(ProjectRules.Places($"text\n{first}{second}\n", "a.md"));

    [Fact]
    public void Other_paths_are_free()
        => Assert.Empty(ProjectRules.Places("framework/x net/work/x /usr/share /dev/full ~/.nuget /proc/self", "a.md"));

    private static async Task<string[]?> ListCommitted()
    {
        try
        {
            ProcessRun git = await ProcessRun.Of("git", ["-c", "safe.directory=*", "ls-files"], RepositoryTree.Root, environment: null, TestContext.Current.CancellationToken);
            return git.Status == 0 ? git.Output.Split('\n') : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
