using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>Looks into tables that have one entry a slot of a pool.</summary>
internal static class SlotEntry
{
    /// <summary>The entry of a block whose handle was checked, or of an index that is below the length for another reason.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Of<T>(T[] table, uint index) =>
        // SAFETY: owner: the pool's table; bounds: only its pool makes handles that pass the check, with indices below the table's
        // length; lifetime: a managed array; any thread.
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table), (nint)index);
}
