namespace DmaKit.Native;

/// <summary>Pieces that must stand somewhere: on a multiple of an alignment, and across no multiple of a boundary.</summary>
internal sealed unsafe partial class HeapCore
{
    private uint AllocatePlaced(uint length, ulong alignment, ulong boundary)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        uint bin = BinOf(length);
        uint start = 0;
        uint run = 0;

        // Runs of the piece's own bin are longer than it by less than the bin is wide: one that holds an aligned place is rare unless the
        // alignment is as small as that. Nor does a run that is hardly longer than a short piece often hold one.
        if (length >> SubBits >= alignment - 1) run = Probe(bin, length, alignment, boundary, Probes, ref start);
        if (run == 0 && length >= alignment / 2)
        {
            uint next = NextBin(bin + 1);
            if (next != 0) run = Probe(next, length, alignment, boundary, 1, ref start);
        }

        if (run == 0)
        {
            // Every run of a higher bin than this length's has room for the piece wherever the run starts: the way to the next
            // aligned granule is below the alignment, the way to the next boundary below the length.
            ulong surely = length + (alignment - 1) + (boundary == 0 ? 0UL : length - 1);
            uint next = surely <= Length ? NextBin(BinOf((uint)surely) + 1) : 0;
            run = next != 0 ? Probe(next, length, alignment, boundary, 1, ref start) : LastResort(bin, length, alignment, boundary, out start);
            if (run == 0) return 0;
        }

        uint front = start - _nodes[run].Offset;
        return front == 0 ? CarveFront(run, length) : CarveMiddle(run, front, length);
    }

    private uint Probe(uint bin, uint length, ulong alignment, ulong boundary, int probes, ref uint start)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        for (uint n = _heads[bin]; n != 0 && probes-- > 0; n = _nodes[n].NextFree)
            if (Fits(_nodes + n, length, alignment, boundary, out start)) return n;
        return 0;
    }

    /// <summary>Nothing is sure to fit: looks at a bounded number of runs that are long enough, from the shortest on.</summary>
    private uint LastResort(uint bin, uint length, ulong alignment, ulong boundary, out uint start)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        int left = _patience;
        start = 0;
        for (bin = NextBin(bin); bin != 0; bin = NextBin(bin + 1))
        {
            for (uint n = _heads[bin]; n != 0; n = _nodes[n].NextFree)
            {
                if (Fits(_nodes + n, length, alignment, boundary, out start)) return n;
                if (--left == 0) return 0;
            }
        }

        return 0;
    }

    /// <summary>Whether a piece fits into a run, and where it would start.</summary>
    private bool Fits(HeapNode* run, uint length, ulong alignment, ulong boundary, out uint start)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        ulong first = _base + run->Offset;
        ulong at = (first + alignment - 1) & ~(alignment - 1);
        // A multiple of the boundary is aligned too where the alignment is the smaller one; where it is the larger one, an aligned
        // piece starts on a multiple of the boundary and, being no longer, crosses none.
        if (boundary != 0 && ((at ^ (at + length - 1)) & ~(boundary - 1)) != 0)
            at = (at + boundary - 1) & ~(boundary - 1);
        start = (uint)(at - _base);
        return at + length <= first + run->Length;
    }

    /// <summary>Cuts a piece from within a free run: the run keeps what lies in front, what lies behind becomes a run of its own.</summary>
    private uint CarveMiddle(uint run, uint front, uint length)
    {
        // SAFETY: owner: this heap's pinned tables; bounds: numbers of its own nodes and bins; thread: under the gate.
        HeapNode* nodes = _nodes;
        HeapNode* r = nodes + run;
        FreeGranules -= length;
        uint rest = r->Length - front - length;
        uint after = r->After;
        uint made = NewNode();
        HeapNode* piece = nodes + made;
        piece->Offset = r->Offset + front;
        piece->Length = length;
        piece->Before = run;
        piece->After = after;
        Tag(made)->Flags = 0;
        r->After = made;
        if (rest == 0)
        {
            if (after != 0) nodes[after].Before = made;
        }
        else
        {
            uint tail = NewNode();
            HeapNode* t = nodes + tail;
            t->Offset = piece->Offset + length;
            t->Length = rest;
            t->Before = made;
            t->After = after;
            if (after != 0) nodes[after].Before = tail;
            piece->After = tail;
            Insert(tail);
        }

        Resize(run, front);
        return made;
    }
}
