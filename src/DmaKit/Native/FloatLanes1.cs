using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>One sample at a time: what remains of a block, and what the wider ones are compared with.</summary>
internal readonly struct FloatLanes1(float v) : IFloatLanes<FloatLanes1>
{
    private readonly float _v = v;

    public static int Count => 1;

    public static FloatLanes1 Zero => default;

    // SAFETY: the kernel that calls it has checked that the index lies within the caller's span; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 Load(ref float samples, nuint at) => new(Unsafe.Add(ref samples, at));

    public static FloatLanes1 All(float value) => new(value);

    // SAFETY: as for Load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 AddProduct(FloatLanes1 sum, ref float samples, nuint at, FloatLanes1 gain) => new(MathF.FusedMultiplyAdd(gain._v, Unsafe.Add(ref samples, at), sum._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes1 Clamp(FloatLanes1 samples) => new(float.IsNaN(samples._v) ? 0 : samples._v > 1 ? 1 : samples._v < -1 ? -1 : samples._v);

    // SAFETY: as for Load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes1 samples, ref float destination, nuint at) => Unsafe.Add(ref destination, at) = samples._v;
}
