using Microsoft.Win32.SafeHandles;

namespace DmaKit.Cli;

/// <summary>A raw disk image as a file that is open: whole blocks of 512 bytes, and perhaps a rest that is no block.</summary>
/// <param name="path">As the user named it.</param>
/// <param name="handle">The file.</param>
/// <param name="isWritable">Whether it is open for writing.</param>
internal sealed class ImageFile(string path, SafeFileHandle handle, bool isWritable) : IDisposable
{
    /// <summary>The length of a block in bytes.</summary>
    internal const int BlockBytes = 512;

    internal const string Role = "disk image";

    /// <summary>As the user named it.</summary>
    internal string Path { get; } = path;

    /// <summary>The file. Whoever makes a disk of it owns it from then on.</summary>
    internal SafeFileHandle Handle { get; } = handle;

    /// <summary>Whether it is open for writing.</summary>
    internal bool IsWritable { get; } = isWritable;

    /// <summary>The length of the file.</summary>
    internal long FileBytes { get; } = RandomAccess.GetLength(handle);

    /// <summary>The length in whole blocks: what the disk has.</summary>
    internal long DiskBytes => FileBytes - FileBytes % BlockBytes;

    /// <summary>Opens an existing image. Others may read it meanwhile if this one only reads.</summary>
    /// <param name="path">As the user named it.</param>
    /// <param name="forWriting">Whether the disk is to be written.</param>
    internal static ImageFile Open(string path, bool forWriting)
    {
        PathCheck.Existing(path, Role);
        ImageFile image = Open(path, FileMode.Open, forWriting);
        if (image.DiskBytes > 0) return image;
        image.Dispose();
        throw ImageRange.NoBlock(path, image.FileBytes);
    }

    /// <summary>Makes a new image, sparse where the file system can.</summary>
    /// <param name="path">As the user named it.</param>
    /// <param name="bytes">Its length.</param>
    internal static ImageFile Create(string path, long bytes)
    {
        PathCheck.Absent(path);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            file.SetLength(bytes);
            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (file is not null)
            {
                file.Dispose();
                File.Delete(path);
            }

            throw ErrorText.OfFile("create", path, e);
        }

        return Open(path, FileMode.Open, forWriting: true);
    }

    /// <summary>Says how many bytes at the end are left alone, if any.</summary>
    internal void TellOfRest(ToolHost host)
    {
        long rest = FileBytes - DiskBytes;
        if (rest > 0) host.Notice($"{Role} {PathText.Show(Path)} has {SizeText.Exact(FileBytes)} bytes; the last {rest} make no whole block and are left alone");
    }

    public void Dispose() => Handle.Dispose();

    private static ImageFile Open(string path, FileMode mode, bool forWriting)
    {
        try
        {
            SafeFileHandle handle = File.OpenHandle(
                path, mode, forWriting ? FileAccess.ReadWrite : FileAccess.Read, forWriting ? FileShare.None : FileShare.Read, FileOptions.None);
            return new ImageFile(path, handle, forWriting);
        }
        catch (IOException e) when (FileLock.IsTaken(e))
        {
            throw new ToolException($"{Role} {PathText.Show(path)} is in use by another process", ExitCode.Failed, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ErrorText.OfFile(forWriting ? "write" : "read", path, e);
        }
    }
}
