using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DmaKit.Native;

/// <summary>Bursts of a pool's blocks: copied out of a free list as they lie there, and checked and put back several at a time.</summary>
/// <remarks>
/// Blocks that were rented in a burst mostly have neighbouring slots, so that eight handles are compared with eight entries of the pool's table as they
/// stand. Handles in another order are checked one by one.
/// </remarks>
internal static unsafe class TokenBurst
{
    private const int Group = 8;
    private const int Half = Group / 2;

    /// <summary>Copies <paramref name="count"/> tokens to handles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Make(ulong* tokens, Span<Block> to, nint count)
    {
        // SAFETY: bounds: the caller owns count tokens, and has compared with the span's length; a block is its token and nothing else.
        ref ulong word = ref Unsafe.As<Block, ulong>(ref MemoryMarshal.GetReference(to));
        ulong* end = tokens + count;
        for (; tokens <= end - Half; tokens += Half, word = ref Unsafe.Add(ref word, Half)) Vector256.Load(tokens).StoreUnsafe(ref word);
        for (; tokens < end; tokens++, word = ref Unsafe.Add(ref word, 1)) word = *tokens;
    }

    /// <summary>Checks handles, makes them stale, and puts their tokens to <paramref name="to"/>.</summary>
    /// <returns>How many were good before the first that is stale, foreign, or of its slot's last generation.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint Take(ReadOnlySpan<Block> from, ulong* to, nint count, PoolSlots slots)
    {
        // SAFETY: bounds: the caller owns count entries on both sides; a slot's index is compared with the table's length before it is used;
        // lifetime: the caller keeps the table alive.
        ulong* start = to;
        ulong* end = to + count;
        ref ulong word = ref Unsafe.As<Block, ulong>(ref MemoryMarshal.GetReference(from));
        uint first = slots.First;
        uint rows = (uint)Math.Max(0, slots.Count - Group + 1);
        while (to <= end - Group)
        {
            uint index = (uint)word - first;

            // Neighbours, before the table is looked at: its entries may have been stored one by one a moment ago, and a load of several
            // would wait for them.
            if ((uint)Unsafe.Add(ref word, Group - 1) - first - index != Group - 1 || index >= rows || !TryTakeRow(ref word, to, slots.Table + index))
            {
                nint good = TakeEach(ref word, to, Group, slots);
                if (good != Group) return (nint)(to - start) + good;
            }

            to += Group;
            word = ref Unsafe.Add(ref word, Group);
        }

        nint left = (nint)(end - to);
        return (nint)(to - start) + (left == 0 ? 0 : TakeEach(ref word, to, left, slots));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeRow(ref ulong word, ulong* to, ulong* entries)
    {
        // SAFETY: as in Take: a group of handles, and as many entries.
        Vector256<ulong> low = Vector256.LoadUnsafe(ref word);
        Vector256<ulong> high = Vector256.LoadUnsafe(ref word, Half);
        Vector256<ulong> stale = (low ^ Vector256.Load(entries)) | (high ^ Vector256.Load(entries + Half));

        // A last generation is all ones. So is the very last number of a slot: that one goes the way of those that are checked one by one.
        Vector256<uint> worn = Vector256.Equals(low.AsUInt32(), Vector256<uint>.AllBitsSet) | Vector256.Equals(high.AsUInt32(), Vector256<uint>.AllBitsSet);
        if ((stale | worn.AsUInt64()) != Vector256<ulong>.Zero) return false;
        Vector256<ulong> step = Vector256.Create(PoolSlots.Step);
        low += step;
        high += step;
        low.Store(entries);
        high.Store(entries + Half);
        low.Store(to);
        high.Store(to + Half);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint TakeEach(ref ulong word, ulong* to, nint count, PoolSlots slots)
    {
        // SAFETY: as in Take.
        ulong* table = slots.Table;
        uint first = slots.First;
        uint all = (uint)slots.Count;
        nint i = 0;
        for (; i < count; i++)
        {
            ulong token = Unsafe.Add(ref word, i);
            uint index = (uint)token - first;
            ulong next = PoolSlots.Advanced(token);
            if (index >= all || table[index] != token || next < PoolSlots.Step) break;
            table[index] = next;
            to[i] = next;
        }

        return i;
    }
}
