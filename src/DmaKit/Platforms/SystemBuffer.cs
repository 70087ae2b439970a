using System.Runtime.CompilerServices;
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
    /// <summary>Set in <see cref="_state"/> when it was disposed.</summary>
    private const int Closed = 1 << 30;

    private readonly nint _host;
    private readonly Action<SystemBuffer> _release;
    private HostMemory? _whole;

    /// <summary>How many mappings hold it, and whether it was disposed. One exchange for each mapping's begin and end.</summary>
    private int _state;
    private int _released;

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
        if (Interlocked.Or(ref _state, Closed) == 0) Release();
    }

    /// <summary>A mapping of this buffer begins: its frames stay until <see cref="Unhold"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Hold()
    {
        if ((Interlocked.Increment(ref _state) & Closed) == 0) return;
        Unhold();
        throw new ObjectDisposedException(nameof(SystemBuffer));
    }

    /// <summary>A mapping of this buffer is over and the device known not to touch it any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Unhold()
    {
        if (Interlocked.Decrement(ref _state) == Closed) Release();
    }

    /// <summary>Who holds a buffer that was disposed a moment before gives way, so that this may be asked for twice.</summary>
    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) _release(this);
    }

    private void Check(long offset, int length)
    {
        ObjectDisposedException.ThrowIf((_state & Closed) != 0, this);
        if ((ulong)offset > (ulong)Length || length < 0 || Length - offset < length)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"A window of {length} bytes at offset {offset} of a buffer of {Length} bytes.");
    }
}
