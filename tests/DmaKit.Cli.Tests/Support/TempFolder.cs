namespace DmaKit.Cli.Tests;

/// <summary>A folder of a test's own, gone after it. Anybody may read and write in it.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dmakit-test-");

    internal TempFolder()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_111_111);
    }

    internal string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>A file of seeded random bytes.</summary>
    internal string Random(string name, int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return With(name, bytes);
    }

    /// <summary>A file with these bytes.</summary>
    internal string With(string name, byte[] bytes)
    {
        string path = Path(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>A file of zeros that takes no space.</summary>
    internal string Sparse(string name, long length)
    {
        string path = Path(name);
        using FileStream file = File.Create(path);
        file.SetLength(length);
        return path;
    }

    public void Dispose()
    {
        foreach (FileInfo file in _folder.EnumerateFiles())
            if (file.LinkTarget is null && !OperatingSystem.IsWindows()) file.UnixFileMode |= UnixFileMode.UserWrite;
        _folder.Delete(recursive: true);
    }
}
