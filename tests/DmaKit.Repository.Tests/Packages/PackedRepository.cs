using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace DmaKit.Repository.Tests;

/// <summary>
/// All packages of the repository, packed once from what was built, in a folder outside the tree. Projects below that folder restore from these packages and
/// from what this machine already restored, and from nowhere else: no network, and no stale package of the same version.
/// </summary>
public sealed class PackedRepository : IAsyncLifetime
{
    /// <summary>The version of the packages.</summary>
    public const string Version = "0.1.0";

    /// <summary>The folder that everything is in.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("dmakit-packages-").FullName;

    private string Packages => Path.Combine(Folder, "packages");

    public async ValueTask InitializeAsync()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await Dotnet(RepositoryTree.Root, "pack", "DmaKit.slnx", "--no-build", "--nologo", "-c", configuration, "-o", Packages);

        // Nothing of a folder above is to reach the projects below.
        foreach (string name in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, name), "<Project />\n");
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "nuget.config"), NugetConfiguration().ToString());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a package, or its symbols.</summary>
    internal ZipArchive Open(string id, string extension = "nupkg") => ZipFile.OpenRead(Path.Combine(Packages, $"{id}.{Version}.{extension}"));

    /// <summary>Runs dotnet and asks that it succeeds.</summary>
    internal async Task<ProcessRun> Dotnet(string folder, params string[] arguments)
        => (await Run(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", folder, arguments)).Succeeded();

    /// <summary>Runs a program that needs the framework that runs this test.</summary>
    internal Task<ProcessRun> Run(string program, string folder, params string[] arguments)
        => ProcessRun.Of(
            program,
            arguments,
            folder,
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["NUGET_PACKAGES"] = Path.Combine(Folder, "restored"),
                ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..")),
                ["DOTNET_CLI_HOME"] = Folder,
                ["DOTNET_CLI_UI_LANGUAGE"] = "en",
                ["DOTNET_NOLOGO"] = "1",

                // No build server outlives the test and holds its folder.
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            },
            TestContext.Current.CancellationToken);

    /// <summary>Our packages come from <see cref="Packages"/>, all others from where the build of this test found them.</summary>
    private XElement NugetConfiguration()
    {
        string assets = RepositoryTree.Read("tests/DmaKit.Repository.Tests/obj/project.assets.json");
        using JsonDocument document = JsonDocument.Parse(assets);
        string[] machine = [.. document.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        (string Key, string Path, string Pattern)[] sources = [("packed", Packages, "DmaKit*"), .. machine.Select((path, i) => ($"machine{i}", path, "*"))];
        return new XElement(
            "configuration",
            new XElement("packageSources", new XElement("clear"), sources.Select(s => new XElement("add", new XAttribute("key", s.Key), new XAttribute("value", s.Path)))),
            new XElement(
                "packageSourceMapping",
                new XElement("clear"),
                sources.Select(s => new XElement("packageSource", new XAttribute("key", s.Key), new XElement("package", new XAttribute("pattern", s.Pattern))))));
    }
}
