using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DmaKit.Native;

/// <summary>
/// 32 samples at once. Two streams' samples are put side by side and summed by one multiply-add of pairs. That goes by 128-bit lanes, so the two halves are in
/// the order of the samples only after <see cref="Store"/>.
/// </summary>
internal readonly struct ShortLanes512(Vector512<int> low, Vector512<int> high) : IShortLanes<ShortLanes512>
{
    private readonly Vector512<int> _low = low;
    private readonly Vector512<int> _high = high;

    public static int Count => Vector512<short>.Count;

    // SAFETY: here and below, the kernel that calls it has checked that Count samples from the index on lie within the caller's spans; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Single(ref short a, int at) => Join(Vector512.LoadUnsafe(ref a, (nuint)at), Vector512<short>.Zero);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Pair(ref short a, ref short b, int at) => Join(Vector512.LoadUnsafe(ref a, (nuint)at), Vector512.LoadUnsafe(ref b, (nuint)at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Plus(ShortLanes512 a, ShortLanes512 b) => new(a._low + b._low, a._high + b._high);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ShortLanes512 sum, ref int sums, int at, bool fresh)
    {
        nuint first = (nuint)at;
        nuint second = first + (nuint)Vector512<int>.Count;
        Vector512<long> lows = Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11);
        Vector512<long> highs = Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15);
        Vector512<int> low = Avx512F.PermuteVar8x64x2(sum._low.AsInt64(), lows, sum._high.AsInt64()).AsInt32();
        Vector512<int> high = Avx512F.PermuteVar8x64x2(sum._low.AsInt64(), highs, sum._high.AsInt64()).AsInt32();
        (fresh ? low : low + Vector512.LoadUnsafe(ref sums, first)).StoreUnsafe(ref sums, first);
        (fresh ? high : high + Vector512.LoadUnsafe(ref sums, second)).StoreUnsafe(ref sums, second);
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref int sums, ref short samples, int at)
    {
        Vector512<int> half = Vector512.Create(1 << (ShortMixer.Fraction - 1));
        Vector512<int> low = (Vector512.LoadUnsafe(ref sums, (nuint)at) + half) >> ShortMixer.Fraction;
        Vector512<int> high = (Vector512.LoadUnsafe(ref sums, (nuint)(at + Vector512<int>.Count)) + half) >> ShortMixer.Fraction;
        Vector512.NarrowWithSaturation(low, high).StoreUnsafe(ref samples, (nuint)at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ShortLanes512 Join(Vector512<short> a, Vector512<short> b)
    {
        Vector512<short> one = Vector512.Create((short)(1 << ShortMixer.Fraction));
        return new(Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(a, b), one), Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(a, b), one));
    }
}
