using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>8 samples at once.</summary>
internal readonly struct FloatLanes256(Vector256<float> v) : IFloatLanes<FloatLanes256>
{
    private readonly Vector256<float> _v = v;

    public static int Count => Vector256<float>.Count;

    public static FloatLanes256 Zero => new(Vector256<float>.Zero);

    // SAFETY: the kernel that calls it has checked that Count samples from the index on lie within the caller's span; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes256 Load(ref float samples, nuint at) => new(Vector256.LoadUnsafe(ref samples, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes256 All(float value) => new(Vector256.Create(value));

    // SAFETY: as for Load. The load stands in the expression, so that it becomes an operand of the multiplication.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes256 AddProduct(FloatLanes256 sum, ref float samples, nuint at, FloatLanes256 gain) => new(Vector256.FusedMultiplyAdd(gain._v, Vector256.LoadUnsafe(ref samples, at), sum._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes256 Clamp(FloatLanes256 samples)
    {
        Vector256<float> numbers = Vector256.ConditionalSelect(Vector256.Equals(samples._v, samples._v), samples._v, Vector256<float>.Zero);
        return new(Vector256.MinNative(Vector256.MaxNative(numbers, -Vector256<float>.One), Vector256<float>.One));
    }

    // SAFETY: as for Load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes256 samples, ref float destination, nuint at) => samples._v.StoreUnsafe(ref destination, at);
}
