using System.IO.Compression;
using System.Xml.Linq;

namespace DmaKit.Repository.Tests;

/// <summary>The packages hold what they should, and a reader's project and machine can use them.</summary>
public sealed class PackageTests(PackedRepository packed) : IClassFixture<PackedRepository>
{
    [Theory]
    [MemberData(nameof(PublicApiTests.Libraries), MemberType = typeof(PublicApiTests))]
    public void A_library_brings_code_documentation_readme_licence_and_symbols(string library)
    {
        string[] entries = Entries(library);
        Assert.Contains($"lib/net10.0/{library}.dll", entries);
        Assert.Contains($"lib/net10.0/{library}.xml", entries);
        Assert.Contains($"lib/net10.0/{library}.pdb", Entries(library, "snupkg"));
        Describes(library, entries);
    }

    [Fact]
    public void The_tool_brings_a_command_readme_and_licence()
    {
        string[] entries = Entries("DmaKit.Cli");
        Assert.Contains("tools/net10.0/any/DotnetToolSettings.xml", entries);
        Describes("DmaKit.Cli", entries);
        using ZipArchive package = packed.Open("DmaKit.Cli");
        using Stream settings = package.GetEntry("tools/net10.0/any/DotnetToolSettings.xml")!.Open();
        Assert.Equal("dmakit", XDocument.Load(settings).Descendants("Command").Single().Attribute("Name")!.Value);
    }

    [Fact]
    public async Task A_project_outside_the_tree_builds_and_runs_the_readmes_sample()
    {
        Sample sample = Sample.In(RepositoryTree.Read("README.md"), "README.md").First(s => s.Runs);
        string folder = Directory.CreateDirectory(Path.Combine(packed.Folder, "sample")).FullName;
        await Write(folder, "Program.cs", sample.Code);
        await Write(folder, "sample.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", PublicApiTests.Libraries.Select(row => $"<PackageReference Include=\"{row.Data}\" Version=\"[{PackedRepository.Version}]\" />"))}
              </ItemGroup>
            </Project>
            """);
        await packed.Dotnet(folder, "build", "--nologo", "-o", "built");
        ProcessRun run = await packed.Dotnet(folder, "exec", Path.Combine("built", "sample.dll"));
        Assert.True(sample.Output is null || sample.Output.TrimEnd() == run.Output, $"{sample} printed\n{run.Output}");
    }

    [Fact]
    public async Task The_tool_installs_and_shows_its_help()
    {
        string tools = Path.Combine(packed.Folder, "tools");
        await packed.Dotnet(packed.Folder, "tool", "install", "DmaKit.Cli", "--version", PackedRepository.Version, "--tool-path", tools, "--configfile", "nuget.config");
        ProcessRun help = await packed.Run(Path.Combine(tools, "dmakit"), packed.Folder, "--help");
        Assert.Contains("disk", help.Succeeded().Output, StringComparison.Ordinal);
    }

    private string[] Entries(string id, string extension = "nupkg")
    {
        using ZipArchive package = packed.Open(id, extension);
        return [.. package.Entries.Select(entry => entry.FullName)];
    }

    private void Describes(string id, string[] entries)
    {
        Assert.Contains("README.md", entries);
        Assert.Contains("LICENSE", entries);
        using ZipArchive package = packed.Open(id);
        using Stream specification = package.GetEntry(id + ".nuspec")!.Open();
        XElement metadata = XDocument.Load(specification).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal(PackedRepository.Version, Value("version"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.NotEmpty(Value("description"));
    }

    private static Task Write(string folder, string name, string text)
        => File.WriteAllTextAsync(Path.Combine(folder, name), text, TestContext.Current.CancellationToken);
}
