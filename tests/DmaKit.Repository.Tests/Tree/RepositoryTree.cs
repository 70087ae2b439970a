namespace DmaKit.Repository.Tests;

/// <summary>The repository that this test assembly was built from, as files on disk.</summary>
internal static class RepositoryTree
{
    private static readonly string[] NotOurs = [".git", "bin", "obj", "artifacts", "TestResults", ".vs", ".idea"];

    /// <summary>The folder that holds DmaKit.slnx.</summary>
    public static string Root { get; } = FindRoot();

    private static readonly Lazy<string[]> AllFiles = new(() => [.. Walk(Root).Order(StringComparer.Ordinal)]);

    /// <summary>All files that are not build output, as paths relative to <see cref="Root"/> with forward slashes.</summary>
    public static IReadOnlyList<string> Files => AllFiles.Value;

    /// <summary>The C# sources below one of the folders, parsed.</summary>
    public static IEnumerable<SourceFile> Sources(params string[] folders)
        => from path in Files
           where path.EndsWith(".cs", StringComparison.Ordinal)
           where Array.Exists(folders, folder => path.StartsWith(folder + "/", StringComparison.Ordinal))
           select new SourceFile(path, Read(path));

    /// <summary>The text of a file.</summary>
    public static string Read(string path) => File.ReadAllText(Absolute(path));

    /// <summary>The absolute path of a file of the repository.</summary>
    public static string Absolute(string path) => Path.Combine(Root, path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DmaKit.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No DmaKit.slnx above {AppContext.BaseDirectory}: the guards run inside the repository only.");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            // In a second work tree .git is a file; it names paths of the machine and is nobody's source.
            if (Path.GetFileName(file) != ".git")
            {
                yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
            }
        }

        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (!NotOurs.Contains(Path.GetFileName(child)))
            {
                foreach (string file in Walk(child))
                {
                    yield return file;
                }
            }
        }
    }
}
