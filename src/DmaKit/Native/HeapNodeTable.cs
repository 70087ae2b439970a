namespace DmaKit.Native;

/// <summary>The nodes of a heap: pinned, so that the heap uses plain pointers, and aligned, so that no node lies on two cache lines.</summary>
/// <remarks>Never changes its place or length: a heap that grows makes a larger one. Who reads a node without the heap's gate keeps the table alive.</remarks>
internal sealed unsafe class HeapNodeTable
{
    private readonly HeapNode[] _nodes;

    internal HeapNodeTable(uint count)
    {
        Count = count;
        _nodes = GC.AllocateArray<HeapNode>((int)count + 1, pinned: true);
        // SAFETY: owner: this object's own pinned array, which has one node more than are used, so that the first may be moved up
        // to a multiple of its size; lifetime: this object's.
        fixed (HeapNode* first = _nodes)
            First = (HeapNode*)(((nuint)first + (nuint)sizeof(HeapNode) - 1) & ~((nuint)sizeof(HeapNode) - 1));
    }

    internal uint Count { get; }

    internal HeapNode* First { get; }

    /// <summary>A copy of a node.</summary>
    internal HeapNode Read(uint node)
    {
        // SAFETY: bounds are checked here; the array lives until KeepAlive.
        HeapNode copy = node < Count ? First[node] : default;
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>Copies all nodes of a smaller table into this one.</summary>
    internal void CopyFrom(HeapNodeTable smaller)
    {
        // SAFETY: both tables belong to one heap whose gate is held; this one is not shorter.
        new ReadOnlySpan<HeapNode>(smaller.First, (int)smaller.Count).CopyTo(new Span<HeapNode>(First, (int)Count));
        GC.KeepAlive(smaller);
    }
}
