using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Memory over bytes that no garbage collector moves: a window of a platform's memory.</summary>
public sealed unsafe class HostMemory(nint host, int length, object owner) : MemoryManager<byte>
{
    /// <summary>The buffer that the bytes belong to: a system buffer or a common buffer.</summary>
    public object Owner { get; } = owner;

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

    /// <summary>Reads a value once: values of 1, 2, 4 and 8 bytes by one load that is neither repeated nor left out.</summary>
    // SAFETY: as for Ref. A naturally aligned volatile load is one access on x64 and arm64; other sizes are copied, not repeated.
    internal static T ReadOnce<T>(nint host) where T : unmanaged
    {
        if ((host & (sizeof(T) - 1)) == 0)
        {
            if (sizeof(T) == 8) return Unsafe.BitCast<ulong, T>(Volatile.Read(ref *(ulong*)host));
            if (sizeof(T) == 4) return Unsafe.BitCast<uint, T>(Volatile.Read(ref *(uint*)host));
            if (sizeof(T) == 2) return Unsafe.BitCast<ushort, T>(Volatile.Read(ref *(ushort*)host));
            if (sizeof(T) == 1) return Unsafe.BitCast<byte, T>(Volatile.Read(ref *(byte*)host));
        }

        return Unsafe.ReadUnaligned<T>((void*)host);
    }

    /// <summary>Writes a value: values of 1, 2, 4 and 8 bytes by one store.</summary>
    // SAFETY: as for Ref.
    internal static void WriteOnce<T>(nint host, in T value) where T : unmanaged
    {
        if ((host & (sizeof(T) - 1)) == 0)
        {
            if (sizeof(T) == 8) { Volatile.Write(ref *(ulong*)host, Unsafe.BitCast<T, ulong>(value)); return; }
            if (sizeof(T) == 4) { Volatile.Write(ref *(uint*)host, Unsafe.BitCast<T, uint>(value)); return; }
        }

        Unsafe.WriteUnaligned((void*)host, value);
    }

    /// <summary>Where the first byte of <paramref name="memory"/> is, if it is native memory of a <see cref="HostMemory"/>.</summary>
    /// <param name="memory">Any memory.</param>
    /// <param name="host">Its address in this process.</param>
    /// <param name="owner">The buffer that it belongs to.</param>
    /// <returns>False for managed memory and for memory of other owners.</returns>
    public static bool TryGetHost(ReadOnlyMemory<byte> memory, out nint host, [NotNullWhen(true)] out object? owner)
    {
        // SAFETY: TryGetMemoryManager only looks at the object inside; the offset is within the manager's length by construction.
        if (MemoryMarshal.TryGetMemoryManager<byte, HostMemory>(memory, out HostMemory? manager, out int start, out _))
        {
            host = manager.Host + start;
            owner = manager.Owner;
            return true;
        }

        host = 0;
        owner = null;
        return false;
    }

    /// <summary>The same memory as writable: for a mapping whose direction says that the device writes it.</summary>
    // SAFETY: called only for memory that its owner passed in as Memory, kept as ReadOnlyMemory for one common path.
    internal static Memory<byte> AsWritable(ReadOnlyMemory<byte> memory) => MemoryMarshal.AsMemory(memory);

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
