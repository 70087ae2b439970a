using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DmaKit.Native;

/// <summary>
/// 16 samples at once. Two streams' samples are put side by side and summed by one multiply-add of pairs. That goes by 128-bit lanes, so the two halves are in
/// the order of the samples only after <see cref="Store"/>.
/// </summary>
internal readonly struct ShortLanes256(Vector256<int> low, Vector256<int> high) : IShortLanes<ShortLanes256>
{
    private readonly Vector256<int> _low = low;
    private readonly Vector256<int> _high = high;

    public static int Count => Vector256<short>.Count;

    // SAFETY: here and below, the kernel that calls it has checked that Count samples from the index on lie within the caller's spans; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Single(ref short a, int at) => Join(Vector256.LoadUnsafe(ref a, (nuint)at), Vector256<short>.Zero);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Pair(ref short a, ref short b, int at) => Join(Vector256.LoadUnsafe(ref a, (nuint)at), Vector256.LoadUnsafe(ref b, (nuint)at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Plus(ShortLanes256 a, ShortLanes256 b) => new(a._low + b._low, a._high + b._high);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ShortLanes256 sum, ref int sums, int at, bool fresh)
    {
        nuint first = (nuint)at;
        nuint second = first + (nuint)Vector256<int>.Count;
        Vector256<int> low = Avx2.Permute2x128(sum._low, sum._high, 0x20);
        Vector256<int> high = Avx2.Permute2x128(sum._low, sum._high, 0x31);
        (fresh ? low : low + Vector256.LoadUnsafe(ref sums, first)).StoreUnsafe(ref sums, first);
        (fresh ? high : high + Vector256.LoadUnsafe(ref sums, second)).StoreUnsafe(ref sums, second);
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref int sums, ref short samples, int at)
    {
        Vector256<int> half = Vector256.Create(1 << (ShortMixer.Fraction - 1));
        Vector256<int> low = (Vector256.LoadUnsafe(ref sums, (nuint)at) + half) >> ShortMixer.Fraction;
        Vector256<int> high = (Vector256.LoadUnsafe(ref sums, (nuint)(at + Vector256<int>.Count)) + half) >> ShortMixer.Fraction;
        Vector256.NarrowWithSaturation(low, high).StoreUnsafe(ref samples, (nuint)at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ShortLanes256 Join(Vector256<short> a, Vector256<short> b)
    {
        Vector256<short> one = Vector256.Create((short)(1 << ShortMixer.Fraction));
        return new(Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), one), Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), one));
    }
}
