using System.Runtime.CompilerServices;

namespace DmaKit.Vfio.Native;

/// <summary>A part of a base address register's region, mapped into this process.</summary>
/// <remarks>
/// Safe from any thread. After <see cref="Retire"/> the place is ordinary memory, so that an access that was just under way is no crash; it stays
/// this object's until disposal.
/// </remarks>
internal sealed unsafe class MappedArea : IDisposable
{
    private const int ReadWrite = 1 | 2, Shared = 1, Private = 2, Fixed = 0x10, Anonymous = 0x20;

    private readonly nint _map;
    private readonly nint _at;
    private readonly long _length;
    private int _retired;

    private MappedArea(nint map, long skip, long start, long length)
    {
        _map = map;
        _at = map + (nint)skip;
        Start = start;
        _length = length;
    }

    /// <summary>Where it starts in the region, in bytes.</summary>
    internal long Start { get; }

    private nuint MapLength => (nuint)(_at - _map + _length);

    /// <summary>Whether an access lies in it.</summary>
    internal bool Contains(long offset, int size) => offset >= Start && offset + size <= Start + _length;

    /// <summary>Maps a part of a device's file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">From where on, a multiple of the page size.</param>
    /// <param name="start">Where the part starts in the region.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="skip">How many bytes the kernel shows before it.</param>
    internal static MappedArea? TryMap(Descriptor file, long offset, long start, long length, long skip = 0)
    {
        // SAFETY: a fresh range that the kernel chose, owned by the object made here.
        nint map = Kernel.Map(0, (nuint)(skip + length), ReadWrite, Shared, file, offset);
        return map == -1 ? null : new MappedArea(map, skip, start, length);
    }

    /// <summary>Reads 1, 2, 4 or 8 bytes by one load.</summary>
    internal ulong Read(long offset, int size)
    {
        // SAFETY: the caller asked Contains and the window checked alignment; mapped until disposal.
        void* at = (void*)(_at + (nint)(offset - Start));
        return size switch
        {
            1 => Volatile.Read(ref Unsafe.AsRef<byte>(at)),
            2 => Volatile.Read(ref Unsafe.AsRef<ushort>(at)),
            4 => Volatile.Read(ref Unsafe.AsRef<uint>(at)),
            _ => Volatile.Read(ref Unsafe.AsRef<ulong>(at)),
        };
    }

    /// <summary>Writes 1, 2, 4 or 8 bytes by one store.</summary>
    internal void Write(long offset, int size, ulong value)
    {
        // SAFETY: as for Read.
        void* at = (void*)(_at + (nint)(offset - Start));
        switch (size)
        {
            case 1: Volatile.Write(ref Unsafe.AsRef<byte>(at), (byte)value); break;
            case 2: Volatile.Write(ref Unsafe.AsRef<ushort>(at), (ushort)value); break;
            case 4: Volatile.Write(ref Unsafe.AsRef<uint>(at), (uint)value); break;
            default: Volatile.Write(ref Unsafe.AsRef<ulong>(at), value); break;
        }
    }

    /// <summary>Takes the device away from the place.</summary>
    internal void Retire()
    {
        // SAFETY: replaces, in one step, exactly the range of this object.
        if (Interlocked.Exchange(ref _retired, 1) == 0)
            _ = Kernel.MapNoFile(_map, MapLength, ReadWrite, Private | Anonymous | Fixed, -1, 0);
    }

    // SAFETY: the platform is closed: nobody accesses its registers any more.
    public void Dispose() => _ = Kernel.Unmap(_map, MapLength);
}
