using System.Numerics;
using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>
/// The inside of a heap over plain numbers: which granules of a range are taken. Free runs stand in 28 times 32 bins by length, two
/// levels of bit maps find a bin, neighbours merge when a piece is freed. It knows no memory and no platform.
/// </summary>
/// <remarks>Not thread-safe: the heap above holds its gate. Only <see cref="TryRead"/> may be called without it.</remarks>
internal sealed unsafe partial class HeapCore
{
    private const int SubBits = 5;
    private const int SubBins = 1 << SubBits;
    private const int Classes = 28;

    /// <summary>How many runs of a bin are looked at where the bin alone does not promise that they fit.</summary>
    private const int Probes = 3;

    /// <summary>How many runs are looked at before a piece is refused.</summary>
    private const int LastProbes = 64;

    private readonly ulong _base;
    private readonly uint[] _bins = GC.AllocateArray<uint>((Classes * SubBins) + Classes, pinned: true);
    private readonly uint* _heads;
    private readonly uint* _second;
    private HeapNodeTable _table;
    private HeapNode* _nodes;
    private byte* _tags;
    private int _tagShift;
    private int _patience = LastProbes;
    private uint _firstClasses;
    private uint _first;
    private uint _unused;
    private uint _made;
    private uint _inUse;
    private uint _room;

    /// <summary>Makes a heap that is one free run.</summary>
    /// <param name="length">Its length in granules.</param>
    /// <param name="origin">What stands in front of offset 0 for alignment and boundary: the logical address, in granules.</param>
    /// <param name="expectedPieces">For how many pieces nodes are made at once.</param>
    /// <param name="firstGeneration">Where generations start: a test starts near the wrap.</param>
    /// <param name="keptGranule">The length of a granule in bytes where front caches keep pieces; 0 without them.</param>
    internal HeapCore(uint length, ulong origin, int expectedPieces, uint firstGeneration = 1, int keptGranule = 0)
    {
        Length = length;
        _base = origin;
        FirstGeneration = firstGeneration;
        // SAFETY: owner: this heap's own pinned array; bounds: heads first, then one word a class; lifetime: this object's, and
        // every use ends before the gate above is left, which is a later use of the object that holds this one.
        fixed (uint* bins = _bins) _heads = bins;
        _second = _heads + (Classes * SubBins);
        _room = (uint)Math.Max(64, (expectedPieces * 2) + 8);
        Use(_table = new HeapNodeTable(_room, apart: keptGranule != 0));
        // Node 0 is nobody.
        _made = _inUse = 1;
        _first = NewNode();
        _nodes[_first].Length = length;
        Insert(_first);
        FreeGranules = length;
        if (keptGranule != 0) KeepPieces(keptGranule);
    }

    /// <summary>The length of the range in granules.</summary>
    internal uint Length { get; }

    /// <summary>How many granules are free and rest in no front cache.</summary>
    internal ulong FreeGranules { get; private set; }

    internal int FreeRuns { get; private set; }

    internal int Retired { get; private set; }

    internal uint FirstGeneration { get; }

    /// <summary>Takes a piece. The heap must not be <see cref="Crowded"/>.</summary>
    /// <param name="length">In granules, 1 or more.</param>
    /// <param name="alignment">In granules, a power of two.</param>
    /// <param name="boundary">In granules, a power of two that is not less than the length; 0 for none.</param>
    /// <returns>Its node, or 0 when nothing fits.</returns>
    internal uint Allocate(uint length, ulong alignment, ulong boundary)
    {
        if (_longestKept == 0) return Place(length, alignment, boundary);
        if (length > _longestKept || alignment > 1 || boundary != 0) return AllocateOrMerge(length, alignment, boundary);
        return TryTakeKept(length, out ulong handle) ? (uint)handle : AllocateListed(length);
    }

    private uint Place(uint length, ulong alignment, ulong boundary) =>
        alignment <= 1 && boundary == 0 ? AllocatePlain(length) : AllocatePlaced(length, alignment, boundary);

    /// <summary>As <see cref="Allocate"/>, and looks at every run before it says that nothing fits: for who would wait otherwise.</summary>
    internal uint AllocatePatiently(uint length, ulong alignment, ulong boundary)
    {
        _patience = int.MaxValue;
        uint node = Allocate(length, alignment, boundary);
        _patience = LastProbes;
        return node;
    }

    /// <summary>Frees a piece.</summary>
    /// <returns>False when the handle is stale.</returns>
    internal bool Free(uint node, uint generation, out bool named)
    {
        named = false;
        // SAFETY: owner: the tables of this heap; bounds: the node's number is compared with the nodes made, a list's number is what this heap wrote
        // into the node, and a list holds ListLength pieces at most; thread: the gate.
        if (node >= _made) return false;
        HeapTag* tag = Tag(node);
        if (tag->Generation != generation || generation == 0) return false;
        uint flags = tag->Flags;
        tag->Generation = ++generation;
        named = (flags & HeapTag.Named) != 0;
        uint list = flags & HeapTag.List;
        if (list != 0)
        {
            uint count = _count[list];
            if (count < _limit[list] && generation != 0)
            {
                _kept[(list << ListBits) + count] = node | ((ulong)generation << 32);
                _count[list] = (byte)(count + 1);
                if (named) tag->Flags = list;
                return true;
            }
        }

        Join(node);
        return true;
    }

    /// <summary>Makes a piece part of what is free, with the free neighbours that it has.</summary>
    private void Join(uint node)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        HeapNode* nodes = _nodes;
        HeapNode* piece = nodes + node;
        FreeGranules += piece->Length;
        HeapNode* before = nodes + piece->Before;
        HeapNode* after = nodes + piece->After;
        bool freeAfter = (Tag(piece->After)->Flags & HeapTag.Free) != 0;
        if ((Tag(piece->Before)->Flags & HeapTag.Free) != 0)
        {
            uint length = before->Length + piece->Length;
            uint next = piece->After;
            if (freeAfter)
            {
                length += after->Length;
                uint gone = next;
                next = after->After;
                Remove(gone);
                DropNode(gone);
            }

            uint kept = piece->Before;
            before->After = next;
            if (next != 0) nodes[next].Before = kept;
            DropNode(node);
            Resize(kept, length);
        }
        else if (freeAfter)
        {
            uint kept = piece->After;
            after->Offset = piece->Offset;
            after->Before = piece->Before;
            if (piece->Before != 0) before->After = kept;
            else _first = kept;
            uint length = after->Length + piece->Length;
            DropNode(node);
            Resize(kept, length);
        }
        else
        {
            Insert(Tag(node)->Generation != 0 ? node : Substitute(node));
        }
    }

    private uint AllocatePlain(uint length)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        uint bin = BinOf(length);
        uint n = _heads[bin];
        // In its own bin a run may be too short; every run of a higher bin is longer.
        for (int probe = 0; n != 0 && _nodes[n].Length < length; n = _nodes[n].NextFree)
            if (++probe == Probes) { n = 0; break; }
        if (n == 0)
        {
            uint higher = NextBin(bin + 1);
            n = higher != 0 ? _heads[higher] : LastResort(bin, length, 1, 0, out _);
            if (n == 0) return 0;
        }

        return CarveFront(n, length);
    }

    /// <summary>Cuts a piece from the front of a free run; what is left keeps the run's node, and its place where the bin is the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint CarveFront(uint run, uint length)
    {
        // SAFETY: as in Free; Allocate has made sure that a node is to be had without moving the table.
        HeapNode* r = _nodes + run;
        FreeGranules -= length;
        uint rest = r->Length - length;
        if (rest == 0)
        {
            Remove(run);
            Tag(run)->Flags = 0;
            return run;
        }

        uint made = NewNode();
        HeapNode* piece = _nodes + made;
        uint before = r->Before;
        piece->Offset = r->Offset;
        piece->Length = length;
        piece->Before = before;
        piece->After = run;
        Tag(made)->Flags = 0;
        if (before != 0) _nodes[before].After = made;
        else _first = made;
        r->Before = made;
        r->Offset += length;
        Resize(run, rest);
        return made;
    }

    /// <summary>A free run changed its length: it moves to another bin where it must.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Resize(uint run, uint length)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        _nodes[run].Length = length;
        uint bin = BinOf(length);
        if ((bin | HeapTag.Free) == Tag(run)->Flags) return;
        Remove(run);
        Insert(run, bin);
    }

    // SAFETY: as in the other Insert.
    private void Insert(uint run) => Insert(run, BinOf(_nodes[run].Length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Insert(uint run, uint bin)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        HeapNode* nodes = _nodes;
        uint head = _heads[bin];
        Tag(run)->Flags = HeapTag.Free | bin;
        nodes[run].PreviousFree = 0;
        nodes[run].NextFree = head;
        if (head != 0) nodes[head].PreviousFree = run;
        _heads[bin] = run;
        _second[bin >> SubBits] |= 1u << (int)(bin & (SubBins - 1));
        _firstClasses |= 1u << (int)(bin >> SubBits);
        FreeRuns++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Remove(uint run)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        HeapNode* nodes = _nodes;
        (uint previous, uint next) = (nodes[run].PreviousFree, nodes[run].NextFree);
        if (next != 0) nodes[next].PreviousFree = previous;
        if (previous != 0)
        {
            nodes[previous].NextFree = next;
        }
        else
        {
            uint bin = Tag(run)->Flags & ~HeapTag.Free;
            _heads[bin] = next;
            if (next == 0)
            {
                uint left = _second[bin >> SubBits] &= ~(1u << (int)(bin & (SubBins - 1)));
                if (left == 0) _firstClasses &= ~(1u << (int)(bin >> SubBits));
            }
        }

        FreeRuns--;
    }

    /// <summary>The lowest bin from <paramref name="bin"/> on that has a run; 0 when none has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint NextBin(uint bin)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        int at = (int)(bin >> SubBits);
        if (at >= Classes) return 0;
        uint bits = _second[at] & (uint.MaxValue << (int)(bin & (SubBins - 1)));
        if (bits == 0)
        {
            uint classes = _firstClasses & (uint.MaxValue << (at + 1));
            if (classes == 0) return 0;
            at = BitOperations.TrailingZeroCount(classes);
            bits = _second[at];
        }

        return ((uint)at << SubBits) + (uint)BitOperations.TrailingZeroCount(bits);
    }

    // SAFETY: owner: this heap's pinned table; bounds: a node of its own; thread: under the gate.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private HeapTag* Tag(uint node) => (HeapTag*)(_tags + ((nuint)node << _tagShift));

    /// <summary>Lengths below 32 have a bin each; above, each power of two is cut into 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint BinOf(uint length)
    {
        int shift = BitOperations.Log2(length | SubBins) - SubBits;
        return ((uint)shift << SubBits) + (length >> shift);
    }
}
