namespace DmaKit.Devices;

/// <summary>The bytes of a disk: what a disk model keeps its blocks in.</summary>
/// <remarks>
/// The model calls from its turns, one at a time, and stays inside <see cref="Length"/>. An <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> from a member becomes the disk's medium error; no other exception is expected.
/// </remarks>
public abstract class DiskImage : IDisposable
{
    /// <summary>The length in bytes. It does not change while the image is in use.</summary>
    public abstract long Length { get; }

    /// <summary>Whether writes are refused.</summary>
    public abstract bool IsReadOnly { get; }

    /// <summary>Reads exactly as many bytes as <paramref name="destination"/> has.</summary>
    /// <param name="offset">Where, in bytes from the start.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <exception cref="IOException">The bytes cannot be had.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>Writes all of <paramref name="source"/>.</summary>
    /// <param name="offset">Where, in bytes from the start.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="IOException">The bytes cannot be kept.</exception>
    public abstract void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Returns when everything written before survives the end of this process.</summary>
    /// <exception cref="IOException">That cannot be promised.</exception>
    public abstract void Flush();

    /// <summary>Closes the image.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the image.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
