using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>
/// Ordinary memory of a platform: virtually contiguous, physically wherever the machine had frames. A <see cref="Memory{T}"/>
/// over it is mapped without a copy where the device can reach its frames.
/// </summary>
/// <remarks>
/// Safe from any thread; the bytes are the owner's business. After disposal its members throw; memory taken earlier stays
/// readable until the platform closes. Frames that a device may still write are kept until that device is quiet.
/// </remarks>
public sealed class SystemBuffer : IDisposable
{
    private readonly nint _host;
    private readonly Action<SystemBuffer> _release;
    private readonly Lock _gate = new();
    private HostMemory? _whole;
    private int _mappings;
    private bool _disposed;
    private bool _released;

    /// <summary>Used by platforms: wraps memory that the platform has already allocated.</summary>
    /// <param name="host">Where it is in this process; stays readable and writable until the platform closes.</param>
    /// <param name="length">The length in bytes.</param>
    /// <param name="release">Called once, at disposal; must not throw.</param>
    public SystemBuffer(nint host, long length, Action<SystemBuffer> release)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentNullException.ThrowIfNull(release);
        _host = host;
        Length = length;
        _release = release;
    }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>Where the memory is in this process. For platforms; a driver has no use for it.</summary>
    public nint HostAddress => _host;

    /// <summary>All of it as memory. At most 2 GiB - 1.</summary>
    public Memory<byte> Memory() => Memory(0, checked((int)Length));

    /// <summary>A window of it as memory.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">The length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie in the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Memory<byte> Memory(long offset, int length)
    {
        Check(offset, length);
        if (Length > int.MaxValue) return new HostMemory(_host + (nint)offset, length, this).Memory;
        _whole ??= new HostMemory(_host, (int)Length, this);
        return _whole.Memory.Slice((int)offset, length);
    }

    /// <summary>A window of it as a span.</summary>
    /// <inheritdoc cref="Memory(long, int)"/>
    public Span<byte> Span(long offset, int length)
    {
        Check(offset, length);
        return HostMemory.Span(_host + (nint)offset, length);
    }

    /// <summary>
    /// Gives the memory back to the platform: at once, or, where a mapping of it is still open or in quarantine, when the last one is over.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            if (_released || _mappings > 0) return;
            _released = true;
        }

        _release(this);
    }

    /// <summary>A mapping of this buffer begins: its frames stay until <see cref="Unhold"/>.</summary>
    internal void Hold()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _mappings++;
        }
    }

    /// <summary>A mapping of this buffer is over and the device known not to touch it any more.</summary>
    internal void Unhold()
    {
        lock (_gate)
        {
            _mappings--;
            if (!_disposed || _released || _mappings > 0) return;
            _released = true;
        }

        _release(this);
    }

    private void Check(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if ((ulong)offset > (ulong)Length || length < 0 || Length - offset < length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"A window of {length} bytes at offset {offset} of a buffer of {Length} bytes.");
    }
}
