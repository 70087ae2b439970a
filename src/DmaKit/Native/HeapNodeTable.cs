namespace DmaKit.Native;

/// <summary>The nodes of a heap: pinned, so that the heap uses plain pointers, and aligned, so that no node lies on two cache lines.</summary>
/// <remarks>
/// <para>A heap with front caches keeps the tags of its nodes apart, eight to a cache line: most of its operations touch nothing else. Where each
/// operation merges or cuts, it needs the node anyway, and the tag is part of it.</para>
/// <para>Never changes its place or length: a heap that grows makes a larger one. Who reads a node without the heap's gate keeps the table alive.</para>
/// </remarks>
internal sealed unsafe class HeapNodeTable
{
    private const int Line = 64;

    private readonly byte[] _room;
    private readonly bool _apart;

    /// <param name="count">How many nodes.</param>
    /// <param name="apart">Whether tags lie apart from the nodes.</param>
    internal HeapNodeTable(uint count, bool apart)
    {
        Count = count;
        _apart = apart;
        nuint nodes = (count * (nuint)sizeof(HeapNode) + Line - 1) & ~(nuint)(Line - 1);
        nuint tags = apart ? count * (nuint)sizeof(HeapTag) : 0;
        _room = GC.AllocateArray<byte>(checked((int)(nodes + tags + Line)), pinned: true);
        // SAFETY: owner: this object's own pinned array, which is a line longer than its parts, so that the first may be moved up to a line's start;
        // lifetime: this object's.
        fixed (byte* room = _room) First = (HeapNode*)(((nuint)room + Line - 1) & ~(nuint)(Line - 1));
        FirstTag = apart ? (byte*)First + nodes : (byte*)&First->Tag;
        TagShift = apart ? 3 : 5;
    }

    internal uint Count { get; }

    internal HeapNode* First { get; }

    /// <summary>The tag of node 0.</summary>
    internal byte* FirstTag { get; }

    /// <summary>How far tags lie from each other: 1 shifted by this many bits, in bytes.</summary>
    internal int TagShift { get; }

    /// <summary>A table of another length, with this one's nodes.</summary>
    internal HeapNodeTable Longer(uint count)
    {
        var longer = new HeapNodeTable(count, _apart);
        // SAFETY: both tables belong to one heap whose gate is held; the other is not shorter.
        new ReadOnlySpan<HeapNode>(First, (int)Count).CopyTo(new Span<HeapNode>(longer.First, (int)Count));
        if (_apart) new ReadOnlySpan<HeapTag>(FirstTag, (int)Count).CopyTo(new Span<HeapTag>(longer.FirstTag, (int)Count));
        GC.KeepAlive(this);
        return longer;
    }
}
