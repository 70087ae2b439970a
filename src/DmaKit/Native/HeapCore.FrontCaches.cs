using System.Numerics;

namespace DmaKit.Native;

/// <summary>
/// Front caches: a short list of freed pieces for each length, which are handed out again as they are. They merge with their neighbours when
/// nothing else fits, when their list is full, or when somebody asks.
/// </summary>
internal sealed unsafe partial class HeapCore
{
    /// <summary>How many pieces a list holds.</summary>
    private const int ListLength = 16;

    /// <summary>How many bytes a list holds, unless that is less than two pieces.</summary>
    private const int ListBytes = 64 << 10;

    /// <summary>The longest piece that is kept, in bytes.</summary>
    private const int LongestKept = 64 << 10;

    private uint[]? _lists;
    private uint* _kept;
    private byte[] _limits = [];
    private uint _longestKept;

    /// <summary>How many pieces rest in front caches.</summary>
    internal int Kept { get; private set; }

    /// <summary>Switches the front caches on; before the first piece is taken.</summary>
    /// <param name="granule">The length of a granule in bytes.</param>
    internal void KeepPieces(int granule)
    {
        _longestKept = (uint)Math.Max(1, LongestKept / granule);
        int lists = (int)BinOf(_longestKept) + 1;
        _limits = new byte[lists];
        for (uint length = 1; length <= _longestKept; length++)
        {
            if (Rounded(length) == length) _limits[BinOf(length)] = (byte)Math.Clamp(ListBytes / ((long)length * granule), 2, ListLength);
        }

        // A count and its pieces stand together.
        _lists = GC.AllocateArray<uint>(lists * (ListLength + 1), pinned: true);
        // SAFETY: owner: this heap's own pinned array; lifetime: this object's.
        fixed (uint* kept = _lists) _kept = kept;
    }

    /// <summary>Merges what rests in front caches with its neighbours.</summary>
    /// <returns>How many pieces that were.</returns>
    internal int Merge()
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and lists; thread: under the gate.
        int merged = Kept;
        for (int i = 0; Kept > 0; i++)
        {
            uint* list = _kept + (i * (ListLength + 1));
            for (; *list > 0; --*list, --Kept) Join(list[*list]);
        }

        return merged;
    }

    /// <summary>Takes a piece of a length that has a list.</summary>
    private uint AllocateKept(uint length)
    {
        length = Rounded(length);
        // SAFETY: owner: this heap's pinned tables; bounds: the length has a list, which holds ListLength pieces at most; thread: under the gate.
        uint* list = _kept + (BinOf(length) * (ListLength + 1));
        uint count = *list;
        if (count == 0) return AllocateOrMerge(length, 1, 0);
        uint node = list[count];
        *list = count - 1;
        Kept--;
        _nodes[node].Flags = 0;
        FreeGranules -= length;
        return node;
    }

    private uint AllocateOrMerge(uint length, ulong alignment, ulong boundary)
    {
        uint node = Place(length, alignment, boundary);
        return node == 0 && Merge() > 0 ? Place(length, alignment, boundary) : node;
    }

    /// <summary>Keeps a piece that was freed, if its list has room.</summary>
    private bool TryKeep(uint node, HeapNode* piece)
    {
        uint length = piece->Length;
        if (length > _longestKept || Rounded(length) != length || piece->Generation == 0) return false;
        // SAFETY: as in AllocateKept.
        uint bin = BinOf(length);
        uint* list = _kept + (bin * (ListLength + 1));
        uint count = *list;
        if (count >= _limits[bin]) return false;
        list[++count] = node;
        *list = count;
        Kept++;
        piece->Flags = HeapNode.Kept;
        return true;
    }

    /// <summary>The longest length of the bin that a length falls into or lies below: what makes all pieces of a list alike.</summary>
    private static uint Rounded(uint length)
    {
        uint mask = (1u << (BitOperations.Log2(length | SubBins) - SubBits)) - 1;
        return (length + mask) & ~mask;
    }
}
