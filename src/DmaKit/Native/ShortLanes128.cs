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
    public static ShortLanes128 Single(ref short a, nuint at)
    {
        Vector128<short> x = Vector128.LoadUnsafe(ref a, at);
        return new(Vector128.WidenLower(x) << ShortMixer.Fraction, Vector128.WidenUpper(x) << ShortMixer.Fraction);
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Pair(ref short a, ref short b, nuint at) => Plus(Single(ref a, at), Single(ref b, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Plus(ShortLanes128 a, ShortLanes128 b) => new(a._low + b._low, a._high + b._high);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Store(ShortLanes128 sum, ref int sums, nuint at, bool fresh)
    {
        if (!fresh) sum = Plus(sum, Load(ref sums, at));
        sum._low.StoreUnsafe(ref sums, at);
        sum._high.StoreUnsafe(ref sums, at + (nuint)Vector128<int>.Count);
        return sum;
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes128 Load(ref int sums, nuint at) => new(Vector128.LoadUnsafe(ref sums, at), Vector128.LoadUnsafe(ref sums, at + (nuint)Vector128<int>.Count));

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ShortLanes128 sums, ref short samples, nuint at)
    {
        Vector128<int> half = Vector128.Create(1 << (ShortMixer.Fraction - 1));
        Vector128.NarrowWithSaturation((sums._low + half) >> ShortMixer.Fraction, (sums._high + half) >> ShortMixer.Fraction).StoreUnsafe(ref samples, at);
    }
}
