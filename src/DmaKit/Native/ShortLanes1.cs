using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>One sample at a time: what remains of a block, and what the wider ones are compared with.</summary>
internal readonly struct ShortLanes1(int v) : IShortLanes<ShortLanes1>
{
    private readonly int _v = v;

    public static int Count => 1;

    // SAFETY: here and below, the kernel that calls it has checked that the index lies within the caller's spans; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes1 Single(ref short a, nuint at) => new(Unsafe.Add(ref a, at) << ShortMixer.Fraction);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes1 Pair(ref short a, ref short b, nuint at) => new((Unsafe.Add(ref a, at) + Unsafe.Add(ref b, at)) << ShortMixer.Fraction);

    public static ShortLanes1 Plus(ShortLanes1 a, ShortLanes1 b) => new(a._v + b._v);

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes1 Store(ShortLanes1 sum, ref int sums, nuint at, bool fresh)
    {
        ref int there = ref Unsafe.Add(ref sums, at);
        return new(there = fresh ? sum._v : there + sum._v);
    }

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortLanes1 Load(ref int sums, nuint at) => new(Unsafe.Add(ref sums, at));

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ShortLanes1 sums, ref short samples, nuint at) =>
        Unsafe.Add(ref samples, at) = (short)Math.Clamp((sums._v + (1 << (ShortMixer.Fraction - 1))) >> ShortMixer.Fraction, short.MinValue, short.MaxValue);
}
