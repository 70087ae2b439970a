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
    public static ShortLanes256 Single(ref short a, nuint at) => Join(Vector256.LoadUnsafe(ref a, at), Vector256<short>.Zero);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Pair(ref short a, ref short b, nuint at) => Join(Vector256.LoadUnsafe(ref a, at), Vector256.LoadUnsafe(ref b, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Plus(ShortLanes256 a, ShortLanes256 b) => new(a._low + b._low, a._high + b._high);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Store(ShortLanes256 sum, ref int sums, nuint at, bool fresh)
    {
        Vector256<int> low = Avx2.Permute2x128(sum._low, sum._high, 0x20);
        Vector256<int> high = Avx2.Permute2x128(sum._low, sum._high, 0x31);
        var ordered = new ShortLanes256(low, high);
        if (!fresh) ordered = Plus(ordered, Load(ref sums, at));
        ordered._low.StoreUnsafe(ref sums, at);
        ordered._high.StoreUnsafe(ref sums, at + (nuint)Vector256<int>.Count);
        return ordered;
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes256 Load(ref int sums, nuint at) => new(Vector256.LoadUnsafe(ref sums, at), Vector256.LoadUnsafe(ref sums, at + (nuint)Vector256<int>.Count));

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ShortLanes256 sums, ref short samples, nuint at)
    {
        Vector256<int> half = Vector256.Create(1 << (ShortMixer.Fraction - 1));

        // Packing goes by 128-bit lanes, too.
        Vector256<short> packed = Avx2.PackSignedSaturate((sums._low + half) >> ShortMixer.Fraction, (sums._high + half) >> ShortMixer.Fraction);
        Avx2.Permute4x64(packed.AsInt64(), 0b11_01_10_00).AsInt16().StoreUnsafe(ref samples, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ShortLanes256 Join(Vector256<short> a, Vector256<short> b)
    {
        Vector256<short> one = Vector256.Create((short)(1 << ShortMixer.Fraction));
        return new(Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), one), Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), one));
    }
}
