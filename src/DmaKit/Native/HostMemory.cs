using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Memory over bytes that no garbage collector moves: a window of a platform's memory.</summary>
public sealed unsafe class HostMemory(nint host, int length) : MemoryManager<byte>
{
    /// <summary>Where the window starts in this process.</summary>
    public nint Host { get; } = host;

    /// <summary>The length of the window in bytes.</summary>
    public int Length { get; } = length;

    /// <summary>A span over <paramref name="length"/> bytes at <paramref name="host"/>.</summary>
    // SAFETY: the caller owns the bytes and has checked offset and length against its own bounds; a platform's memory stays
    // mapped until the platform closes; any thread.
    public static Span<byte> Span(nint host, int length) => new((void*)host, length);

    /// <summary>A reference to a value at <paramref name="host"/>.</summary>
    // SAFETY: as for Span; the caller has checked that sizeof(T) bytes lie within its bounds. Unaligned is legal on x64 and arm64.
    public static ref T Ref<T>(nint host) where T : unmanaged => ref Unsafe.AsRef<T>((void*)host);

    /// <summary>Where the first byte of <paramref name="memory"/> is, if it is native memory of a <see cref="HostMemory"/>.</summary>
    /// <param name="memory">Any memory.</param>
    /// <param name="host">Its address in this process.</param>
    /// <returns>False for managed memory and for memory of other owners.</returns>
    public static bool TryGetHost(ReadOnlyMemory<byte> memory, out nint host)
    {
        // SAFETY: TryGetMemoryManager only looks at the object inside; the offset is within the manager's length by construction.
        if (MemoryMarshal.TryGetMemoryManager<byte, HostMemory>(memory, out HostMemory? manager, out int start, out _))
        {
            host = manager.Host + start;
            return true;
        }

        host = 0;
        return false;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => Span(Host, Length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Length, nameof(elementIndex));
        // SAFETY: native memory never moves, so that pinning is only naming the address.
        return new MemoryHandle((byte*)Host + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    [SuppressMessage("Usage", "CA2215", Justification = "The window owns nothing: its buffer does.")]
    protected override void Dispose(bool disposing)
    {
    }
}
