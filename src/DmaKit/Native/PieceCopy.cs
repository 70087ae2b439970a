using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>Copies the pieces of a request: some KiB each, to places that are seldom aligned.</summary>
/// <remarks>
/// From 2 KiB on, the runtime's own copy calls the C library, and leaves the garbage collector's care for it: some ten nanoseconds a piece. Pieces up to
/// the length of a request are copied here instead, in stores that do not cross cache lines; what is longer is worth the call.
/// </remarks>
internal static unsafe class PieceCopy
{
    internal const int Shortest = 512;
    private const int Longest = 64 << 10;

    /// <summary>Copies bytes between places that do not overlap.</summary>
    // SAFETY: the caller owns length bytes at either place, for as long as this takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(byte* from, byte* to, long length)
    {
        if ((ulong)(length - Shortest) > Longest - Shortest) NativeMemory.Copy(from, to, (nuint)length);
        else CopyVectors(from, to, length);
    }

    // SAFETY: as above; there are at least two vectors.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyVectors(byte* from, byte* to, long length)
    {
        // The first and the last vector go where they go, those between to whole vectors.
        Vector256<byte> first = Vector256.Load(from);
        Vector256<byte> last = Vector256.Load(from + length - 32);
        byte* lastPlace = to + length - 32;
        nint skip = 32 - ((nint)to & 31);
        Vector256.Store(first, to);
        from += skip;
        to += skip;
        byte* end = lastPlace - 96;
        for (; to < end; from += 128, to += 128)
        {
            Vector256<byte> a = Vector256.Load(from);
            Vector256<byte> b = Vector256.Load(from + 32);
            Vector256<byte> c = Vector256.Load(from + 64);
            Vector256<byte> d = Vector256.Load(from + 96);
            Vector256.StoreAligned(a, to);
            Vector256.StoreAligned(b, to + 32);
            Vector256.StoreAligned(c, to + 64);
            Vector256.StoreAligned(d, to + 96);
        }

        for (; to < lastPlace; from += 32, to += 32) Vector256.StoreAligned(Vector256.Load(from), to);
        Vector256.Store(last, lastPlace);
    }
}
