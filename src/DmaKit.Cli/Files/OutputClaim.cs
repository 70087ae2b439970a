namespace DmaKit.Cli;

/// <summary>
/// Holds an output that exists already, for reading only, while the inputs are opened: so that an output that somebody else uses, or that
/// is also an input, is refused before anything is opened for writing. It works by the locks that the framework takes on files, which belong to
/// the file itself: other names, hard links and symbolic links of it are seen too.
/// </summary>
internal sealed class OutputClaim : IDisposable
{
    private readonly FileStream? _held;
    private readonly string _path;
    private readonly string _role;

    private OutputClaim(string path, string role, FileStream? held)
    {
        _path = path;
        _role = role;
        _held = held;
    }

    /// <summary>No output at all: for verbs that only read.</summary>
    internal static OutputClaim Nothing { get; } = new("", "", null);

    /// <summary>Claims an output.</summary>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <param name="role">What it is, such as <c>disk image</c>.</param>
    /// <exception cref="ToolException">Somebody uses it.</exception>
    internal static OutputClaim Take(string path, string role)
    {
        string probed = PathCheck.IsStandardStream(path) ? "/dev/stdout" : path;

        // A pipe or device has no length, and opening one is not free of consequences. An empty file is no disk image.
        if (!IsFileWithContent(probed)) return new OutputClaim(path, role, null);
        try
        {
            return new OutputClaim(path, role, new FileStream(probed, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (FileLock.IsTaken(e))
        {
            throw new ToolException($"{role} {PathText.Show(path)} is in use by another process", ExitCode.Failed, e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // May be writable all the same; whoever opens it finds out.
            return new OutputClaim(path, role, null);
        }
    }

    /// <summary>Claims what a verb writes, a file or the standard output, after seeing that it can be created.</summary>
    /// <param name="host">Whose standard output. That of a test is no file of this process.</param>
    /// <param name="path">Its path, or <c>-</c>.</param>
    /// <exception cref="ToolException">It cannot be created, or somebody uses it.</exception>
    internal static OutputClaim TakeOutput(ToolHost host, string path)
    {
        const string role = "output";
        bool toStream = PathCheck.IsStandardStream(path);
        if (!toStream) PathCheck.Creatable(path, role);
        return toStream && !host.ListenForSignals ? Nothing : Take(path, role);
    }

    /// <summary>Opens an input, and tells why when that fails: in use, or the same file as the output.</summary>
    /// <param name="path">The input's path.</param>
    /// <param name="role">What it is.</param>
    internal FileStream OpenInput(string path, string role)
    {
        string opened = PathCheck.IsStandardStream(path) ? "/dev/stdin" : path;
        try
        {
            return Open(opened);
        }
        catch (IOException e) when (FileLock.IsTaken(e))
        {
            if (_held is null) throw InUse(path, role, e);
            _held.Dispose();
            try
            {
                Open(opened).Dispose();
            }
            catch (IOException other) when (FileLock.IsTaken(other))
            {
                throw InUse(path, role, other);
            }

            throw new ToolException($"{role} {PathText.Show(path)} and {_role} {PathText.Show(_path)} are the same file", ExitCode.Failed, e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ErrorText.OfFile("open", path, e);
        }
    }

    /// <summary>Lets go of the output, so that it can be opened for writing.</summary>
    public void Dispose() => _held?.Dispose();

    /// <summary>Whether a path is a file with bytes in it: no pipe, no device, not empty.</summary>
    internal static bool IsFileWithContent(string path) => PathCheck.LengthOf(path) > 0;

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static ToolException InUse(string path, string role, IOException inner) =>
        new($"{role} {PathText.Show(path)} is in use by another process", ExitCode.Failed, inner);
}
