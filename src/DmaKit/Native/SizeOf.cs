using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>The size of a type without references, as a constant for the compiler.</summary>
internal static class SizeOf<T> where T : unmanaged
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.SizeOf<T>();
    }
}
