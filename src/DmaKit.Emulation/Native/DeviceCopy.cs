using System.Runtime.CompilerServices;
using DmaKit.Native;

namespace DmaKit.Emulation.Native;

/// <summary>How a device's transfers move bytes in and out of the machine's memory.</summary>
/// <remarks>
/// The order that PCI promises: a device's writes are seen in the order it made them. Small writes, which carry phase and owner
/// bits, also land from low to high addresses in naturally aligned pieces, the last one not before the others.
/// </remarks>
internal static unsafe class DeviceCopy
{
    private const int Small = 64;

    /// <summary>The program's bytes to the device.</summary>
    internal static void Read(nint host, Span<byte> destination)
    {
        // SAFETY: the caller looked the page up and cut the length to it; the arena stays mapped until the machine closes. The
        // program may write at the same time: what is read then is either, as on a bus.
        new ReadOnlySpan<byte>((void*)host, destination.Length).CopyTo(destination);
        Fence.Acquire();
    }

    /// <summary>The device's bytes to the program.</summary>
    internal static void Write(nint host, ReadOnlySpan<byte> source)
    {
        Fence.Publish();

        // SAFETY: as for Read.
        if (source.Length > Small)
        {
            source.CopyTo(new Span<byte>((void*)host, source.Length));
            return;
        }

        byte* to = (byte*)host;
        fixed (byte* from = source)
        {
            int at = 0;
            while (at < source.Length)
            {
                int size = PieceSize(to + at, source.Length - at);
                if (at + size == source.Length) Fence.Publish();
                switch (size)
                {
                    case 8: Volatile.Write(ref *(ulong*)(to + at), Unsafe.ReadUnaligned<ulong>(from + at)); break;
                    case 4: Volatile.Write(ref *(uint*)(to + at), Unsafe.ReadUnaligned<uint>(from + at)); break;
                    case 2: Volatile.Write(ref *(ushort*)(to + at), Unsafe.ReadUnaligned<ushort>(from + at)); break;
                    default: Volatile.Write(ref to[at], from[at]); break;
                }

                at += size;
            }
        }
    }

    private static int PieceSize(byte* at, int left)
    {
        nint address = (nint)at;
        if (left >= 8 && (address & 7) == 0) return 8;
        if (left >= 4 && (address & 3) == 0) return 4;
        return left >= 2 && (address & 1) == 0 ? 2 : 1;
    }
}
