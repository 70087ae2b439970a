using Microsoft.Win32.SafeHandles;

namespace DmaKit.Devices;

/// <summary>A disk image in a raw file: byte n of the file is byte n of the disk.</summary>
/// <remarks>The file is never created, grown or cut. Safe from any thread.</remarks>
public sealed class FileDiskImage : DiskImage
{
    private readonly SafeFileHandle _file;

    /// <summary>Takes over an open file.</summary>
    /// <param name="file">The file, opened for reading, and for writing unless <paramref name="isReadOnly"/>; closed with the image.</param>
    /// <param name="isReadOnly">Whether the disk is write protected.</param>
    /// <exception cref="IOException">The file's length cannot be had.</exception>
    public FileDiskImage(SafeFileHandle file, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        _file = file;
        IsReadOnly = isReadOnly;
        Length = RandomAccess.GetLength(file);
    }

    /// <inheritdoc/>
    /// <remarks>As it was when the image was opened.</remarks>
    public override long Length { get; }

    /// <inheritdoc/>
    public override bool IsReadOnly { get; }

    /// <summary>Opens an existing file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isReadOnly">Whether the disk is write protected; the file is then opened for reading only.</param>
    /// <param name="share">What others may do with the file meanwhile. The default refuses an image that is in use.</param>
    /// <exception cref="IOException">There is no such file, or it is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened so.</exception>
    public static FileDiskImage Open(string path, bool isReadOnly = false, FileShare share = FileShare.None)
    {
        FileAccess access = isReadOnly ? FileAccess.Read : FileAccess.ReadWrite;
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, access, share, FileOptions.RandomAccess);
        try
        {
            return new FileDiskImage(file, isReadOnly);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The file became shorter.</exception>
    public override void Read(long offset, Span<byte> destination)
    {
        Check(offset, destination.Length);
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(_file, destination, offset);
            if (read == 0) throw new EndOfStreamException($"The disk image ends at byte {offset}; it had {Length} bytes when it was opened.");
            destination = destination[read..];
            offset += read;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">The image is read-only.</exception>
    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
        Check(offset, source.Length);
        if (IsReadOnly) throw new UnauthorizedAccessException("The disk image is open for reading only.");
        try
        {
            RandomAccess.Write(_file, source, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // So the framework says that the system allows no file of that length (EFBIG).
            throw new IOException("File too large.", e);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (!IsReadOnly) RandomAccess.FlushToDisk(_file);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _file.Dispose();

    private void Check(long offset, int length)
    {
        if (offset < 0 || offset > Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes at {offset} are not inside an image of {Length} bytes.");
    }
}
