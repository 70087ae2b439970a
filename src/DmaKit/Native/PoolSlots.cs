using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>
/// The token of every slot of a pool: the slot's number in the low half, and in the high half the generation that a block's handle must
/// carry. It goes up when the block is returned, so that every older handle is stale from then on. The free lists hold the same tokens.
/// </summary>
/// <remarks>
/// Whole tokens and not generations alone, so that a burst of handles is compared with a stretch of the table as it stands: that they are equal
/// proves pool, slots and generations. Plain numbers outside device memory, aligned to a cache line. Two threads that return the same block in
/// the same instant both pass the check, because it is not an atomic operation: that one misuse is found a step later, when the second of the two
/// that rent it returns it.
/// </remarks>
internal sealed unsafe class PoolSlots
{
    /// <summary>One generation more, in a token.</summary>
    internal const ulong Step = 1UL << 32;

    private const int Line = 64;

    private readonly ulong[] _entries;
    private readonly ulong* _table;
    private readonly uint _first;
    private readonly uint _count;

    internal PoolSlots(uint first, int count, uint firstGeneration)
    {
        _first = first;
        _count = (uint)count;
        FirstGeneration = firstGeneration;
        _entries = GC.AllocateArray<ulong>(count + (Line / sizeof(ulong)), pinned: true);
        // SAFETY: owner: this object's own pinned array, longer by a line, so that the first entry may be moved up to one; lifetime: this object's.
        fixed (ulong* entries = _entries) _table = (ulong*)(((nuint)entries + Line - 1) & ~(nuint)(Line - 1));
        for (uint i = 0; i < count; i++) _table[i] = ((ulong)firstGeneration << 32) | (first + i);
    }

    internal int Count => (int)_count;

    /// <summary>The number of slot 0.</summary>
    internal uint First => _first;

    /// <summary>The generation of all slots at the start: handles with less are of a pool that had the numbers before.</summary>
    internal uint FirstGeneration { get; }

    /// <summary>The entry of slot 0. Who uses it keeps this object alive.</summary>
    internal ulong* Table => _table;

    /// <summary>The entries.</summary>
    // SAFETY: as in the constructor; the caller holds this object as long as the span.
    internal Span<ulong> Entries => new(_table, (int)_count);

    /// <summary>Which of the pool's slots a handle names; Count or more for a handle of another pool.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint IndexOf(ulong token) => (uint)token - _first;

    /// <summary>Checks a handle and makes it stale.</summary>
    /// <param name="token">What the handle carries.</param>
    /// <returns>False when the handle is stale, of another pool, or of the slot's last generation: <see cref="TryRetire"/> knows the last.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAdvance(ulong token)
    {
        uint index = IndexOf(token);
        if (index >= _count) return false;
        // SAFETY: owner: this table; bounds: compared above; lifetime: until KeepAlive; any thread.
        ulong* entry = _table + index;
        ulong next = Advanced(token);
        if (*entry != token || next < Step) return false;
        *entry = next;
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>What rests in the free lists once <see cref="TryAdvance"/> has said yes.</summary>
    internal static ulong Advanced(ulong token) => token + Step;

    /// <summary>Makes a handle of the last generation stale: its slot must never be handed out again.</summary>
    /// <returns>False when the handle is simply stale, or of another pool.</returns>
    internal bool TryRetire(ulong token)
    {
        if (token >> 32 != uint.MaxValue || !IsCurrent(token)) return false;
        Entries[(int)IndexOf(token)] = (uint)token;
        return true;
    }

    /// <summary>Whether a slot's generations are used up: no handle has generation 0.</summary>
    internal bool IsRetired(int index) => Entries[index] < Step;

    /// <summary>Makes every handle stale.</summary>
    /// <returns>A generation that no handle has; 0 when there is none.</returns>
    internal uint AdvanceAll()
    {
        ulong highest = Step;
        bool worn = false;
        foreach (ref ulong entry in Entries)
        {
            if (entry >= Step) entry += Step;
            worn |= entry < Step;
            highest = Math.Max(highest, entry);
        }

        return worn ? 0 : (uint)(highest >> 32);
    }

    /// <summary>Whether a handle still holds its block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsCurrent(ulong token)
    {
        uint index = IndexOf(token);
        if (index >= _count) return false;
        // SAFETY: as in TryAdvance.
        bool current = _table[index] == token;
        GC.KeepAlive(this);
        return current;
    }
}
