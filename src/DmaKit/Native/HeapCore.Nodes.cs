using System.Numerics;
using System.Runtime.CompilerServices;

namespace DmaKit.Native;

/// <summary>The nodes behind a heap's runs, and what looks at all of them.</summary>
internal sealed unsafe partial class HeapCore
{
    /// <summary>Whether a handle still holds its piece. Safe without the gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryRead(uint node, uint generation, out uint offset)
    {
        HeapNodeTable table = Volatile.Read(ref _table);
        if (node >= table.Count || generation == 0)
        {
            offset = 0;
            return false;
        }

        // SAFETY: bounds are checked above; a piece that is held does not move; the table lives until KeepAlive. A node that is
        // written meanwhile belongs to a stale handle, whose generation differs.
        offset = table.First[node].Offset;
        bool current = ((HeapTag*)(table.FirstTag + ((nuint)node << table.TagShift)))->Generation == generation;
        GC.KeepAlive(table);
        return current;
    }

    /// <summary>What a new handle must carry. Under the gate.</summary>
    // SAFETY: owner: this heap's pinned table; bounds: a node of its own; thread: under the gate.
    internal uint GenerationOf(uint node) => Tag(node)->Generation;

    /// <summary>Where a piece starts, in granules. Under the gate.</summary>
    // SAFETY: owner: this heap's pinned table; bounds: a node of its own; thread: under the gate.
    internal uint OffsetOf(uint node) => _nodes[node].Offset;

    /// <summary>Notes that a piece has a name, so that only its end looks the name up.</summary>
    // SAFETY: owner: this heap's pinned table; bounds: a node of its own; thread: under the gate.
    internal void MarkNamed(uint node) => Tag(node)->Flags |= HeapTag.Named;

    /// <summary>The longest free run in granules: one of those in the highest bin.</summary>
    internal uint LargestRun()
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        if (_firstClasses == 0) return 0;
        int top = BitOperations.Log2(_firstClasses);
        uint longest = 0;
        for (uint n = _heads[(top << SubBits) + BitOperations.Log2(_second[top])]; n != 0; n = _nodes[n].NextFree)
            longest = Math.Max(longest, _nodes[n].Length);
        return longest;
    }

    /// <summary>Copies every run in order of offset. The list is made longer outside the gate by who calls.</summary>
    /// <returns>How many runs there are; when that is more than <paramref name="runs"/> holds, the rest is left out.</returns>
    internal int CopyRuns(Span<(uint Node, HeapNode Run, uint Flags)> runs)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        int count = 0;
        MarkKept(true);
        for (uint n = _first; n != 0; n = _nodes[n].After)
        {
            if (count < runs.Length) runs[count] = (n, _nodes[n], Tag(n)->Flags);
            count++;
        }

        MarkKept(false);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint NewNode()
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        uint node = _unused;
        _inUse++;
        if (node != 0)
        {
            _unused = _nodes[node].NextFree;
            return node;
        }

        node = _made++;
        Tag(node)->Generation = FirstGeneration;
        return node;
    }

    /// <summary>Gives a node back, unless its generations are used up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DropNode(uint node)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        HeapTag* tag = Tag(node);
        tag->Flags = 0;
        if (tag->Generation == 0)
        {
            Retired++;
            return;
        }

        _nodes[node].NextFree = _unused;
        _unused = node;
        _inUse--;
    }

    /// <summary>Puts a fresh node in the place of one whose generations are used up.</summary>
    private uint Substitute(uint worn)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        if (_inUse + 1 > _room) Grow();
        uint node = NewNode();
        HeapNode* n = _nodes + node;
        HeapNode* old = _nodes + worn;
        (n->Offset, n->Length, n->Before, n->After) = (old->Offset, old->Length, old->Before, old->After);
        if (n->Before != 0) _nodes[n->Before].After = node;
        else _first = node;
        if (n->After != 0) _nodes[n->After].Before = node;
        DropNode(worn);
        return node;
    }

    /// <summary>Whether <see cref="Grow"/> must come before the next piece is taken.</summary>
    internal bool Crowded => _inUse + 4 > _room;

    /// <summary>Twice as many nodes. The one moment when an operation allocates.</summary>
    internal void Grow()
    {
        HeapNodeTable larger = _table.Longer(_room * 2);
        _room = larger.Count;
        Use(larger);
        Volatile.Write(ref _table, larger);
    }

    private void Use(HeapNodeTable table)
    {
        _nodes = table.First;
        _tags = table.FirstTag;
        _tagShift = table.TagShift;
    }
}
