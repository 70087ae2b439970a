namespace DmaKit.Qemu;

/// <summary>
/// A directory that only this user can look into, for what QEMU must find by name while it starts. It is gone as soon as both sides have opened
/// what is in it; what a killed program left is swept by the next start.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    internal const string Prefix = "dmakit-qemu-";

    private const string OwnerFile = "owner";
    private const string Unfinished = ".new";
    private const int NameDigits = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // The longest name that a socket can have, without its final zero.
    private const int LongestSocketName = 107;

    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    private readonly FileStream _owner;

    private PrivateDirectory(string path, FileStream owner)
    {
        Path = path;
        _owner = owner;
    }

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>Makes one in the system's directory for temporary files.</summary>
    /// <exception cref="DmaException">That directory's name is too long for a socket in it.</exception>
    internal static PrivateDirectory Create()
    {
        string path = System.IO.Path.Combine(Root(), Prefix + Guid.NewGuid().ToString("N")[..NameDigits]);
        if (path.Length + "/qtest".Length > LongestSocketName)
            throw new DmaException($"A socket's name has at most {LongestSocketName} bytes, and '{path}' is too long for it. Set TMPDIR to a shorter directory.");
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();

        // It gets its name when the owner's file is there and locked: before that, somebody who sweeps would take it for one whose owner is gone.
        string unfinished = path + Unfinished;
        Directory.CreateDirectory(unfinished, OwnerOnly);

        // The lock on this file goes with the process that has it, however that ends.
        var owner = new FileStream(System.IO.Path.Combine(unfinished, OwnerFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Directory.Move(unfinished, path);
        return new PrivateDirectory(path, owner);
    }

    /// <summary>Removes the directories of programs that are gone: those with names of the shape that they have here, and no others.</summary>
    /// <param name="clock">Tells how old a directory is.</param>
    internal static void Sweep(TimeProvider clock)
    {
        string names = Prefix + new string('?', NameDigits);
        foreach (string path in Directory.EnumerateDirectories(Root(), names).Concat(Directory.EnumerateDirectories(Root(), names + Unfinished)))
        {
            try
            {
                string owner = System.IO.Path.Combine(path, OwnerFile);
                bool unfinished = path.EndsWith(Unfinished, StringComparison.Ordinal);
                if (!unfinished && File.Exists(owner))
                {
                    using var taken = new FileStream(owner, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                    Directory.Delete(path, recursive: true);
                }
                else if (clock.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(path) > Young)
                {
                    Directory.Delete(path, recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its owner lives, it is another user's, or somebody else sweeps it.
            }
        }
    }

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // The next start sweeps it.
        }
        finally
        {
            _owner.Dispose();
        }
    }

    private static string Root() => System.IO.Path.GetTempPath();
}
