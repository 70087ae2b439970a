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
    public static ShortLanes512 Single(ref short a, nuint at) => Join(Vector512.LoadUnsafe(ref a, at), Vector512<short>.Zero);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Pair(ref short a, ref short b, nuint at) => Join(Vector512.LoadUnsafe(ref a, at), Vector512.LoadUnsafe(ref b, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Plus(ShortLanes512 a, ShortLanes512 b) => new(a._low + b._low, a._high + b._high);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Store(ShortLanes512 sum, ref int sums, nuint at, bool fresh)
    {
        Vector512<long> lows = Vector512.Create(0L, 1, 8, 9, 2, 3, 10, 11);
        Vector512<long> highs = Vector512.Create(4L, 5, 12, 13, 6, 7, 14, 15);
        Vector512<int> low = Avx512F.PermuteVar8x64x2(sum._low.AsInt64(), lows, sum._high.AsInt64()).AsInt32();
        Vector512<int> high = Avx512F.PermuteVar8x64x2(sum._low.AsInt64(), highs, sum._high.AsInt64()).AsInt32();
        var ordered = new ShortLanes512(low, high);
        if (!fresh) ordered = Plus(ordered, Load(ref sums, at));
        ordered._low.StoreUnsafe(ref sums, at);
        ordered._high.StoreUnsafe(ref sums, at + (nuint)Vector512<int>.Count);
        return ordered;
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes512 Load(ref int sums, nuint at) => new(Vector512.LoadUnsafe(ref sums, at), Vector512.LoadUnsafe(ref sums, at + (nuint)Vector512<int>.Count));

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ShortLanes512 sums, ref short samples, nuint at)
    {
        Vector512<int> half = Vector512.Create(1 << (ShortMixer.Fraction - 1));

        // Packing goes by 128-bit lanes, too.
        Vector512<short> packed = Avx512BW.PackSignedSaturate((sums._low + half) >> ShortMixer.Fraction, (sums._high + half) >> ShortMixer.Fraction);
        Avx512F.PermuteVar8x64(packed.AsInt64(), Vector512.Create(0L, 2, 4, 6, 1, 3, 5, 7)).AsInt16().StoreUnsafe(ref samples, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ShortLanes512 Join(Vector512<short> a, Vector512<short> b)
    {
        Vector512<short> one = Vector512.Create((short)(1 << ShortMixer.Fraction));
        return new(Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackLow(a, b), one), Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(a, b), one));
    }
}
