using System.Numerics;
using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>
/// Front caches: a short list of freed pieces for each length, which are handed out again as they are. They merge with their neighbours when
/// nothing else fits, when their list is full, or when somebody asks.
/// </summary>
/// <remarks>
/// A piece that has a list carries the list's number in its flags, so that freeing it works nothing out. A list holds handles ready made, so that
/// taking one touches the list and no node. A list that is empty is helped by the next ones, whose pieces are a little longer.
/// </remarks>
internal sealed unsafe partial class HeapCore
{
    /// <summary>How many pieces a list holds: a power of two.</summary>
    private const int ListLength = 1 << ListBits;

    private const int ListBits = 4;

    /// <summary>How many of the next lists help one that is empty: their counts are looked at together with its own, four bytes at once.</summary>
    private const int Helpers = 3;

    /// <summary>How many bytes a list holds, unless that is less than two pieces.</summary>
    private const int ListBytes = 64 << 10;

    /// <summary>The longest piece that is kept, in bytes.</summary>
    private const int LongestKept = 64 << 10;

    private ulong[] _lists = [];
    private byte[] _counts = [];
    private ulong* _kept;
    private byte* _count;
    private byte* _limit;
    private uint _longestKept;

    /// <summary>How many pieces rest in front caches.</summary>
    internal int Kept
    {
        get
        {
            int kept = 0;
            foreach (byte count in _counts.AsSpan(0, _counts.Length / 2)) kept += count;
            return kept;
        }
    }

    /// <summary>How many granules rest in front caches.</summary>
    internal ulong KeptGranules
    {
        get
        {
            // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and lists; thread: under the gate.
            ulong granules = 0;
            for (int list = 0; list < _counts.Length / 2; list++)
            {
                for (int i = 0; i < _count[list]; i++) granules += _nodes[(uint)_kept[(list << ListBits) + i]].Length;
            }

            return granules;
        }
    }

    /// <summary>Switches the front caches on.</summary>
    /// <param name="granule">The length of a granule in bytes.</param>
    private void KeepPieces(int granule)
    {
        _longestKept = (uint)Math.Max(1, LongestKept / granule);

        // The last ones are always empty: they help those before them.
        int lists = (int)ListOf(_longestKept, out _) + 1 + Helpers;
        _counts = GC.AllocateArray<byte>(lists * 2, pinned: true);
        _lists = GC.AllocateArray<ulong>((lists + 1) << ListBits, pinned: true);
        // SAFETY: owner: this heap's own pinned arrays; bounds: a list more than are used, so that the first may be moved up to a multiple of its
        // size; counts first, then limits; lifetime: this object's.
        fixed (ulong* kept = _lists) _kept = (ulong*)(((nuint)kept + (ListLength * sizeof(ulong)) - 1) & ~(nuint)((ListLength * sizeof(ulong)) - 1));
        fixed (byte* count = _counts) _count = count;
        _limit = _count + lists;
        for (uint length = 1; length <= _longestKept; length++)
        {
            uint list = ListOf(length, out uint rounded);
            _limit[list] = (byte)Math.Clamp(ListBytes / ((long)rounded * granule), 2, ListLength);
        }
    }

    /// <summary>Merges what rests in front caches with its neighbours.</summary>
    /// <returns>How many pieces that were.</returns>
    internal int Merge()
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and lists; thread: under the gate.
        int merged = 0;
        for (int list = 0; list < _counts.Length / 2; list++)
        {
            for (; _count[list] > 0; merged++) Join((uint)_kept[(list << ListBits) + --_count[list]]);
        }

        return merged;
    }

    /// <summary>Takes a piece that rests in a front cache, if there is one of that length or a little more. Under the gate.</summary>
    /// <param name="length">In granules, 1 or more.</param>
    /// <param name="handle">The node, and above it what a new handle must carry.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTakeKept(uint length, out ulong handle)
    {
        handle = 0;
        if (length > _longestKept) return false;
        // SAFETY: owner: this heap's pinned tables; bounds: the length has a list, and each list has Helpers behind it; a list holds ListLength
        // pieces at most; thread: under the gate. The processor reads little-endian, as every one does that the runtime supports.
        uint list = ListOf(length, out _);
        uint counts = *(uint*)(_count + list);
        if (counts == 0) return false;
        int helper = BitOperations.TrailingZeroCount(counts) & ~7;
        uint count = (byte)(counts >> helper) - 1u;
        list += (uint)helper / 8;
        _count[list] = (byte)count;
        handle = _kept[(list << ListBits) + count];
        return true;
    }

    /// <summary>Takes a piece of a length that has a list, which holds none.</summary>
    private uint AllocateListed(uint length)
    {
        uint list = ListOf(length, out uint rounded);
        uint node = AllocateOrMerge(rounded, 1, 0);
        // SAFETY: owner: this heap's pinned table; bounds: a node of its own; thread: under the gate.
        if (node != 0) Tag(node)->Flags = list;
        return node;
    }

    private uint AllocateOrMerge(uint length, ulong alignment, ulong boundary)
    {
        uint node = Place(length, alignment, boundary);
        return node == 0 && Merge() > 0 ? Place(length, alignment, boundary) : node;
    }

    /// <summary>Marks what rests in front caches, or takes the marks away: for who looks at all runs.</summary>
    private void MarkKept(bool mark)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and lists; thread: under the gate.
        for (int list = 0; list < _counts.Length / 2; list++)
        {
            for (int i = 0; i < _count[list]; i++)
            {
                HeapTag* tag = Tag((uint)_kept[(list << ListBits) + i]);
                tag->Flags = mark ? tag->Flags | HeapTag.Kept : tag->Flags & ~HeapTag.Kept;
            }
        }
    }

    /// <summary>The list that serves a length, which is the bin of the longest length that falls into the same bin or lies below: what makes all pieces of a list alike.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ListOf(uint length, out uint rounded)
    {
        int shift = BitOperations.Log2(length | SubBins) - SubBits;
        uint steps = (length + (1u << shift) - 1) >> shift;
        rounded = steps << shift;
        return ((uint)shift << SubBits) + steps;
    }
}
