using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DmaKit.Native;

/// <summary>
/// The generation of every slot of a pool: the number that a block's handle must carry. It goes up when the block is returned, so
/// that every older handle is stale from then on. What rests in the free lists are tokens: a slot's index and its next generation.
/// </summary>
/// <remarks>
/// Plain numbers outside device memory. Two threads that return the same block in the same instant both pass the check, because it
/// is not an atomic operation: that one misuse is found a step later, when the second of the two that rent it returns it.
/// </remarks>
internal static class PoolSlots
{
    /// <summary>Checks a handle and makes it stale; the token's high half goes up with it.</summary>
    /// <param name="generations">The pool's table.</param>
    /// <param name="token">What the handle carries.</param>
    /// <returns>False when the handle was stale already, or is of the slot's last generation: <see cref="TryRetire"/> knows which.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryAdvance(uint[] generations, ulong token)
    {
        // SAFETY: owner: the pool's table; bounds: the caller has compared the pool's number, and only that pool makes such
        // handles, with indices below the table's length; lifetime: a managed array; any thread.
        ref uint generation = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(generations), (nint)(uint)token);
        uint given = (uint)(token >> 32);
        if (generation != given || given == uint.MaxValue) return false;
        generation = given + 1;
        return true;
    }

    /// <summary>What rests in the free lists once <see cref="TryAdvance"/> has said yes.</summary>
    internal static ulong Advanced(ulong token) => token + (1UL << 32);

    /// <summary>Makes a handle of the last generation stale: its slot must never be handed out again.</summary>
    /// <returns>False when the handle is simply stale.</returns>
    internal static bool TryRetire(uint[] generations, ulong token)
    {
        if (token >> 32 != uint.MaxValue || !IsCurrent(generations, token)) return false;
        generations[(int)(uint)token] = 0;
        return true;
    }

    /// <summary>Whether a handle still holds its block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsCurrent(uint[] generations, ulong token) =>
        // SAFETY: as in TryAdvance.
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(generations), (nint)(uint)token) == (uint)(token >> 32);

    /// <summary>An entry of a table of the pool's slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Get<T>(T[] table, uint index) where T : unmanaged =>
        // SAFETY: as in TryAdvance: every table of a pool has one entry a slot.
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table), (nint)index);
}
