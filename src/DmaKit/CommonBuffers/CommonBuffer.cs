using DmaKit.Native;
using DmaKit.Platforms;

namespace DmaKit;

/// <summary>
/// Memory that program and device use at once: contiguous to the device, in its reach, coherent, and needing no map register.
/// </summary>
/// <remarks>
/// <para>What the program stores before a register write the device sees; what the device stores before its interrupt message, or before
/// the first register read that follows a line interrupt, the program sees. Nothing is copied or flushed.</para>
/// <para>Safe from any thread; who writes which byte when is the driver's protocol with its device. After disposal its members throw;
/// spans and references taken earlier stay harmless until the platform closes. Its memory is given back when the device is known
/// to be quiet (see <see cref="DeclareQuiet"/>). No finalizer frees device memory.</para>
/// </remarks>
public sealed class CommonBuffer : IDisposable
{
    private readonly MemoryRun _run;
    private HostMemory? _whole;
    private int _leases;
    private int _disposed;
    private bool _declaredQuiet;

    internal CommonBuffer(DmaAdapter adapter, in MemoryRun run, long length, string name)
    {
        Adapter = adapter;
        _run = run;
        Length = length;
        Name = name;
    }

    /// <summary>The adapter that it was allocated from.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>Its name, for pictures, reports and fault messages.</summary>
    public string Name { get; }

    /// <summary>The length in bytes, as asked for. The rest of the last page is not to be used.</summary>
    public long Length { get; }

    /// <summary>Where the first byte is to the device.</summary>
    public LogicalAddress LogicalAddress => _run.Logical;

    /// <summary>Where the buffer is to the device.</summary>
    public LogicalRange Range => new(_run.Logical, Length);

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed => _disposed != 0;

    /// <summary>Whether a pool, heap, block or mapping uses it, so that its disposal is misuse. What commands or a device do with it does not show here.</summary>
    public bool IsInUse => _leases > 0 || InUse;

    /// <summary>Where the byte at <paramref name="offset"/> is to the device: always <see cref="LogicalAddress"/> plus the offset.</summary>
    /// <param name="offset">Bytes from the start, 0 to <see cref="Length"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset does not lie in the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public LogicalAddress LogicalAt(long offset)
    {
        Check(offset, 1);
        return _run.Logical + offset;
    }

    /// <summary>A window of it.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="length">The length in bytes, at most 2 GiB - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie in the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public Span<byte> Span(long offset, int length)
    {
        Check(offset, length);
        return HostMemory.Span(_run.Host + (nint)offset, length);
    }

    /// <summary>A window of it, for asynchronous code. Mapped without a copy when handed to a mapping.</summary>
    /// <inheritdoc cref="Span"/>
    public Memory<byte> Memory(long offset, int length)
    {
        Check(offset, length);
        if (Length > int.MaxValue) return new HostMemory(_run.Host + (nint)offset, length, this).Memory;
        _whole ??= new HostMemory(_run.Host, (int)Length, this);
        return _whole.Memory.Slice((int)offset, length);
    }

    /// <summary>Reads a value once. Use it, rather than <see cref="Ref{T}"/>, for what the device may change meanwhile.</summary>
    /// <typeparam name="T">A type without references; its layout is the device's.</typeparam>
    /// <param name="offset">Bytes from the start.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value does not lie in the buffer.</exception>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public T Read<T>(long offset) where T : unmanaged
    {
        Check(offset, SizeOf<T>.Bytes);
        return HostMemory.ReadOnce<T>(_run.Host + (nint)offset);
    }

    /// <summary>Writes a value. It is visible to the device before the next register write.</summary>
    /// <typeparam name="T">A type without references; its layout is the device's.</typeparam>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="value">What to write.</param>
    /// <inheritdoc cref="Read{T}"/>
    public void Write<T>(long offset, in T value) where T : unmanaged
    {
        Check(offset, SizeOf<T>.Bytes);
        HostMemory.WriteOnce(_run.Host + (nint)offset, value);
    }

    /// <summary>A reference to a value in place.</summary>
    /// <typeparam name="T">A type without references; its layout is the device's.</typeparam>
    /// <param name="offset">Bytes from the start.</param>
    /// <inheritdoc cref="Read{T}"/>
    public ref T Ref<T>(long offset) where T : unmanaged
    {
        Check(offset, SizeOf<T>.Bytes);
        return ref HostMemory.Ref<T>(_run.Host + (nint)offset);
    }

    /// <summary>
    /// Says that the device does not touch this buffer any more, after a stop of the driver's own that covers it, such as deleting
    /// the queue that lies in it. Its disposal then gives the memory back at once.
    /// </summary>
    public void DeclareQuiet() => _declaredQuiet = true;

    /// <summary>
    /// Ends the use of the buffer. Its memory goes back at once where the device is known to be quiet, otherwise into quarantine.
    /// While pieces of it are out, that is reported as misuse. Never throws; a second call does nothing.
    /// </summary>
    public void Dispose() => Dispose(leaseReport: true);

    internal nint Host => _run.Host;

    internal MemoryRun Run => _run;

    /// <summary>The map registers that it costs, where the machine charges for common buffers.</summary>
    internal RegisterCharge? Charge { get; init; }

    internal bool QuietDeclared => _declaredQuiet;

    internal int Leases => _leases;

    /// <summary>A pool, heap or mapping begins to use it.</summary>
    internal void Lease()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        Interlocked.Increment(ref _leases);
    }

    /// <summary>The use ends.</summary>
    internal void Unlease() => Interlocked.Decrement(ref _leases);

    /// <summary>Its pool goes while pieces are out, and has reported that: the memory goes into quarantine.</summary>
    internal void DisposeInUse()
    {
        InUse = true;
        Dispose(leaseReport: false);
    }

    internal bool InUse { get; private set; }

    internal void Dispose(bool leaseReport)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (leaseReport && _leases > 0)
        {
            Adapter.Function.Platform.Misuse.Report(new MisuseReport(
                "buffer-disposed-while-in-use",
                $"{_leases} pool(s), heap(s), block(s) or mapping(s) still use it. Dispose those first; its memory is in quarantine.",
                Name));
        }

        Adapter.Domain.Release(this);
    }

    /// <summary>Proof against a span outside the buffer. One compare for the usual case.</summary>
    private void Check(long offset, long length)
    {
        if (_disposed != 0 || (ulong)offset > (ulong)Length || length < 0 || Length - offset < length) throw Refused(offset, length);
    }

    // By itself: a message's text in the middle of a short method makes all of it slower.
    private Exception Refused(long offset, long length)
    {
        MisuseLog misuse = Adapter.Function.Platform.Misuse;
        if (_disposed != 0)
        {
            string disposed = $"Common buffer '{Name}' was disposed.";
            misuse.NoteRefused("buffer-used-after-dispose", Name, disposed);
            return new ObjectDisposedException(nameof(CommonBuffer), disposed);
        }

        string outside = $"{length} bytes at offset {offset} of common buffer '{Name}', which has {Length} bytes.";
        misuse.NoteRefused("buffer-access-outside", Name, outside);
        return new ArgumentOutOfRangeException(nameof(offset), offset, outside);
    }
}
