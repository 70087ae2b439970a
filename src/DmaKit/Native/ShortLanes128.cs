using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>Eight samples at once, on any processor.</summary>
internal readonly struct ShortLanes128(Vector128<int> low, Vector128<int> high) : IShortLanes<ShortLanes128>
{
    private readonly Vector128<int> _low = low;
    private readonly Vector128<int> _high = high;

    public static int Count => Vector128<short>.Count;

    // SAFETY: here and below, the kernel that calls it has checked that Count samples from the index on lie within the caller's spans; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Single(ref short a, int at)
    {
        Vector128<short> x = Vector128.LoadUnsafe(ref a, (nuint)at);
        return new(Vector128.WidenLower(x) << ShortMixer.Fraction, Vector128.WidenUpper(x) << ShortMixer.Fraction);
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Pair(ref short a, ref short b, int at) => Plus(Single(ref a, at), Single(ref b, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Plus(ShortLanes128 a, ShortLanes128 b) => new(a._low + b._low, a._high + b._high);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ShortLanes128 sum, ref int sums, int at, bool fresh)
    {
        nuint low = (nuint)at;
        nuint high = low + (nuint)Vector128<int>.Count;
        (fresh ? sum._low : sum._low + Vector128.LoadUnsafe(ref sums, low)).StoreUnsafe(ref sums, low);
        (fresh ? sum._high : sum._high + Vector128.LoadUnsafe(ref sums, high)).StoreUnsafe(ref sums, high);
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref int sums, ref short samples, int at)
    {
        Vector128<int> half = Vector128.Create(1 << (ShortMixer.Fraction - 1));
        Vector128<int> low = (Vector128.LoadUnsafe(ref sums, (nuint)at) + half) >> ShortMixer.Fraction;
        Vector128<int> high = (Vector128.LoadUnsafe(ref sums, (nuint)(at + Vector128<int>.Count)) + half) >> ShortMixer.Fraction;
        Vector128.NarrowWithSaturation(low, high).StoreUnsafe(ref samples, (nuint)at);
    }
}
