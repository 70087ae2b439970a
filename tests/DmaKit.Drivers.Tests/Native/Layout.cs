using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Drivers.Tests;

/// <summary>Where the fields of a wire structure lie.</summary>
internal static class Layout
{
    /// <summary>The length in bytes, as the program has it in memory.</summary>
    // SAFETY: asks the runtime for a length; touches no memory; any thread.
    public static int LengthOf<T>() where T : unmanaged => Unsafe.SizeOf<T>();

    /// <summary>The offset of a field in bytes.</summary>
    // SAFETY: asks the runtime for an offset; touches no memory; any thread.
    public static int OffsetOf<T>(string field) where T : unmanaged => (int)Marshal.OffsetOf<T>(field);
}
