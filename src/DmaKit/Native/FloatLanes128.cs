using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>4 samples at once.</summary>
internal readonly struct FloatLanes128(Vector128<float> v) : IFloatLanes<FloatLanes128>
{
    private readonly Vector128<float> _v = v;

    public static int Count => Vector128<float>.Count;

    public static FloatLanes128 Zero => new(Vector128<float>.Zero);

    // SAFETY: the kernel that calls it has checked that Count samples from the index on lie within the caller's span; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes128 Load(ref float samples, nuint at) => new(Vector128.LoadUnsafe(ref samples, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes128 All(float value) => new(Vector128.Create(value));

    // SAFETY: as for Load. The load stands in the expression, so that it becomes an operand of the multiplication.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes128 AddProduct(FloatLanes128 sum, ref float samples, nuint at, FloatLanes128 gain) => new(Vector128.FusedMultiplyAdd(gain._v, Vector128.LoadUnsafe(ref samples, at), sum._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes128 Clamp(FloatLanes128 samples)
    {
        Vector128<float> numbers = Vector128.ConditionalSelect(Vector128.Equals(samples._v, samples._v), samples._v, Vector128<float>.Zero);
        return new(Vector128.MinNative(Vector128.MaxNative(numbers, -Vector128<float>.One), Vector128<float>.One));
    }

    // SAFETY: as for Load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes128 samples, ref float destination, nuint at) => samples._v.StoreUnsafe(ref destination, at);
}
