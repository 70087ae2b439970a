namespace DmaKit.Devices;

/// <summary>A disk image in memory. Parts that were never written cost nothing and read as zeros.</summary>
/// <remarks>Safe from any thread, so that a test can look while the disk works.</remarks>
public sealed class MemoryDiskImage : DiskImage
{
    private const int ChunkLength = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, byte[]> _chunks = [];

    /// <summary>Makes an image of zeros.</summary>
    /// <param name="length">The length in bytes, 0 or more.</param>
    /// <param name="isReadOnly">Whether writes are refused.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public MemoryDiskImage(long length, bool isReadOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        IsReadOnly = isReadOnly;
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override bool IsReadOnly { get; }

    /// <summary>How many bytes of memory the written parts take.</summary>
    public long ResidentBytes
    {
        get
        {
            lock (_gate) return (long)_chunks.Count * ChunkLength;
        }
    }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        Check(offset, destination.Length);
        lock (_gate)
        {
            while (!destination.IsEmpty)
            {
                (long chunk, int start) = (offset / ChunkLength, (int)(offset % ChunkLength));
                int part = Math.Min(ChunkLength - start, destination.Length);
                if (_chunks.TryGetValue(chunk, out byte[]? bytes)) bytes.AsSpan(start, part).CopyTo(destination);
                else destination[..part].Clear();
                destination = destination[part..];
                offset += part;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">The image is read-only.</exception>
    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
        Check(offset, source.Length);
        if (IsReadOnly) throw new UnauthorizedAccessException("The disk image in memory is read-only.");
        lock (_gate)
        {
            while (!source.IsEmpty)
            {
                (long chunk, int start) = (offset / ChunkLength, (int)(offset % ChunkLength));
                int part = Math.Min(ChunkLength - start, source.Length);
                if (!_chunks.TryGetValue(chunk, out byte[]? bytes)) _chunks.Add(chunk, bytes = new byte[ChunkLength]);
                source[..part].CopyTo(bytes.AsSpan(start));
                source = source[part..];
                offset += part;
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>There is nothing to do.</remarks>
    public override void Flush()
    {
    }

    private void Check(long offset, int length)
    {
        if (offset < 0 || offset > Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes at {offset} are not inside an image of {Length} bytes.");
    }
}
