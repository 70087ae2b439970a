namespace DmaKit.Cli;

/// <summary>What can be said of a path before anything is opened.</summary>
internal static class PathCheck
{
    private const char Undecodable = '\uFFFD';

    /// <summary>Whether a path means the standard input or output.</summary>
    internal static bool IsStandardStream(string path) => path is "-";

    /// <summary>Refuses what is no existing file.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <param name="role">What it should be, such as <c>disk image</c>.</param>
    internal static void Existing(string path, string role)
    {
        if (Directory.Exists(path)) throw new ToolException($"{PathText.Show(path)} is a folder; the {role} must be a file");
        if (File.Exists(path)) return;
        Decodable(path, role);
        throw new ToolException($"there is no {role} {PathText.Show(path)}");
    }

    /// <summary>Refuses what cannot become a file.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <param name="role">What it should be.</param>
    internal static void Creatable(string path, string role)
    {
        if (Directory.Exists(path)) throw new ToolException($"{PathText.Show(path)} is a folder; the {role} must be a file");
        if (File.Exists(path)) return;
        Decodable(path, role);
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null && !Directory.Exists(folder)) throw new ToolException($"cannot create {role} {PathText.Show(path)}: no such folder");
    }

    /// <summary>Refuses to create over something, even over a link that leads nowhere.</summary>
    /// <param name="path">The path as the user gave it.</param>
    internal static void Absent(string path)
    {
        Creatable(path, "disk image");
        if (File.Exists(path) || new FileInfo(path).LinkTarget is not null)
            throw new ToolException($"{PathText.Show(path)} exists already; without --create it is used as it is");
    }

    /// <summary>The length of the file that a path leads to, through links; 0 for what is no file.</summary>
    internal static long LengthOf(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is null) return info.Exists ? info.Length : 0;
        return info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length : 0;
    }

    // The runtime replaces bytes of an argument that are not UTF-8, so that the name it hands over is another one.
    private static void Decodable(string path, string role)
    {
        if (path.Contains(Undecodable, StringComparison.Ordinal))
            throw new ToolException($"the name of the {role} {PathText.Show(path)} has bytes that are not UTF-8; give it a name that is, or a link with one");
    }
}
