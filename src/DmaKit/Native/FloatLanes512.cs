using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>16 samples at once.</summary>
internal readonly struct FloatLanes512(Vector512<float> v) : IFloatLanes<FloatLanes512>
{
    private readonly Vector512<float> _v = v;

    public static int Count => Vector512<float>.Count;

    public static FloatLanes512 Zero => new(Vector512<float>.Zero);

    // SAFETY: the kernel that calls it has checked that Count samples from the index on lie within the caller's span; any thread.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes512 Load(ref float samples, nuint at) => new(Vector512.LoadUnsafe(ref samples, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes512 All(float value) => new(Vector512.Create(value));

    // SAFETY: as for Load. The load stands in the expression, so that it becomes an operand of the multiplication.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes512 AddProduct(FloatLanes512 sum, ref float samples, nuint at, FloatLanes512 gain) => new(Vector512.FusedMultiplyAdd(gain._v, Vector512.LoadUnsafe(ref samples, at), sum._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLanes512 Clamp(FloatLanes512 samples)
    {
        Vector512<float> numbers = Vector512.ConditionalSelect(Vector512.Equals(samples._v, samples._v), samples._v, Vector512<float>.Zero);
        return new(Vector512.MinNative(Vector512.MaxNative(numbers, -Vector512<float>.One), Vector512<float>.One));
    }

    // SAFETY: as for Load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(FloatLanes512 samples, ref float destination, nuint at) => samples._v.StoreUnsafe(ref destination, at);
}
