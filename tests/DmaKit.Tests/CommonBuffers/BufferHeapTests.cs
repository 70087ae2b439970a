namespace DmaKit.Tests;

public sealed class BufferHeapTests
{
    private const int Mega = 1 << 20;

    private readonly PlainMachine _machine = new();
    private readonly DmaAdapter _adapter;

    public BufferHeapTests() => _adapter = _machine.CreateAdapter();

    [Fact]
    public void H1_A_piece_is_memory_of_the_common_buffer()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, Mega);
        Assert.True(heap.TryAllocate(1000, out HeapPiece skipped));
        HeapPiece piece = heap.Allocate(1000);
        piece.Write(8, 0x1122334455667788);
        Assert.Equal(0x1122334455667788, heap.Buffer.Read<long>(piece.LogicalAddress - heap.Buffer.LogicalAddress + 8));
        Assert.Equal((0x88, 0x77), (piece.Span[8], piece.Memory.Span[9]));
        Assert.Equal((1000, 1000, 1000), (piece.Length, piece.Span.Length, piece.Memory.Length));
        Assert.Equal(piece.LogicalAddress, piece.Range.Start);
        piece.Ref<byte>(999) = 3;
        Assert.Equal(3, piece.Window(999, 1)[0]);
        foreach (long offset in (long[])[-1, 997, 1000, long.MaxValue])
            Assert.Contains("which has 1000 bytes", Assert.Throws<ArgumentOutOfRangeException>(() => piece.Read<int>(offset)).Message, StringComparison.Ordinal);
        heap.Free(piece);
        skipped.Dispose();
        Assert.Equal(0, heap.Statistics.LivePieces);
    }

    [Fact]
    public void H1_Neighbours_merge_whatever_the_order_of_freeing()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, Mega);
        foreach (int[] order in (int[][])[[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [1, 3, 2, 0], [2, 0, 3, 1]])
        {
            HeapPiece[] pieces = [.. Enumerable.Range(1, 4).Select(i => heap.Allocate(i * 5000))];
            foreach (int i in order) heap.Free(pieces[i]);
            BufferHeapStatistics figures = heap.Statistics;
            Assert.Equal((1, Mega, Mega, 0.0), (figures.FreeRuns, figures.LargestFreeRun, figures.FreeBytes, figures.Fragmentation));
        }
    }

    [Fact]
    public void H1_Front_caches_hand_out_what_was_freed()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 64 * 1024, new BufferHeapOptions { FrontCaches = true });
        HeapPiece first = heap.Allocate(3000, name: "first");
        HeapPiece wall = heap.Allocate(64);
        LogicalAddress at = first.LogicalAddress;
        heap.Free(first);
        Assert.Throws<DmaMisuseException>(() => heap.Free(first));
        Assert.Throws<DmaMisuseException>(() => first.Span.Length);
        Assert.Equal((1, 64 * 1024 - 64L), (heap.Statistics.KeptPieces, heap.Statistics.FreeBytes));
        Assert.Equal((true, null), heap.TakeSnapshot().Runs.Where(r => r.Range.Start == at).Select(r => (r.IsFree, r.Name)).Single());

        // The same length is had again, another is not disturbed by it.
        HeapPiece other = heap.Allocate(2000);
        HeapPiece again = heap.Allocate(2990);
        Assert.Equal((at, 0), (again.LogicalAddress, heap.Statistics.KeptPieces));
        Assert.NotEqual(first, again);
        Assert.Throws<DmaMisuseException>(() => heap.Free(first));
        foreach (HeapPiece piece in (HeapPiece[])[wall, other, again]) heap.Free(piece);
        Assert.Equal((3, 0, 1), (heap.Merge(), heap.Merge(), heap.Statistics.FreeRuns));
    }

    [Fact]
    public void H1_A_front_cache_that_is_empty_is_helped_by_the_next_ones()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 2 << 20, new BufferHeapOptions { FrontCaches = true });

        // Granules of 64 bytes; from 2,048 bytes on, 32 lists lead from a power of two to the next.
        foreach ((int kept, int asked, bool helps) in ((int, int, bool)[])[(256, 64, true), (320, 64, false), (4096, 4096, true), (4096, 3970, true), (4096, 3841, true), (4096, 3840, false), (65536, 61441, true), (65536, 61440, false), (4096, 4097, false)])
        {
            HeapPiece piece = heap.Allocate(kept);
            HeapPiece wall = heap.Allocate(70000);
            LogicalAddress at = piece.LogicalAddress;
            heap.Free(piece);
            HeapPiece other = heap.Allocate(asked);
            Assert.Equal((helps, helps ? 0 : 1, asked), (other.LogicalAddress == at, heap.Statistics.KeptPieces, other.Length));

            // It goes back to where it came from, whole.
            heap.Free(other);
            if (helps) Assert.Equal(at, (piece = heap.Allocate(kept)).LogicalAddress);
            if (helps) heap.Free(piece);
            heap.Free(wall);
            heap.Merge();
            Assert.Equal((1, 2 << 20), (heap.Statistics.FreeRuns, heap.Statistics.FreeBytes));
        }
    }

    [Fact]
    public void H1_A_heap_with_front_caches_grows_and_its_handles_stay_good()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, Mega, new BufferHeapOptions { ExpectedPieces = 1, FrontCaches = true });
        HeapPiece[] pieces = [.. Enumerable.Range(0, 1000).Select(i => heap.Allocate(64 * (1 + (i % 9))))];
        for (int i = 0; i < pieces.Length; i++) pieces[i].Write(0, i);
        for (int i = 0; i < pieces.Length; i += 2) heap.Free(pieces[i]);
        for (int i = 1; i < pieces.Length; i += 2) Assert.Equal(i, pieces[i].Read<int>(0));
        for (int i = 0; i < pieces.Length; i += 2) Assert.Throws<DmaMisuseException>(() => pieces[i].Span.Length);
        Assert.Equal(9 * 16, heap.Statistics.KeptPieces);
        Assert.Equal(500 + heap.Statistics.FreeRuns, heap.TakeSnapshot().Runs.Count);
        for (int i = 1; i < pieces.Length; i += 2) heap.Free(pieces[i]);
        heap.Merge();
        Assert.Equal((1, (long)Mega), (heap.Statistics.FreeRuns, heap.Statistics.FreeBytes));
    }

    [Fact]
    public void H1_What_front_caches_keep_merges_when_nothing_else_fits()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 256 * 1024, new BufferHeapOptions { FrontCaches = true });
        for (int round = 0; round < 3; round++)
        {
            HeapPiece[] pieces = [.. Enumerable.Range(0, 64).Select(i => heap.Allocate(4096))];
            Assert.False(heap.TryAllocate(64, out _));
            foreach (HeapPiece piece in pieces) heap.Free(piece);
            Assert.Equal(16, heap.Statistics.KeptPieces);
            HeapPiece whole = heap.Allocate(256 * 1024);
            heap.Free(whole);
        }
    }

    [Fact]
    public void H1_A_front_cache_keeps_no_more_than_it_may()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 2 << 20, new BufferHeapOptions { FrontCaches = true });
        foreach ((int length, int kept) in ((int, int)[])[(64, 16), (4096, 16), (8192, 8), (16384, 4), (65536, 2), (65537, 0)])
        {
            HeapPiece[] pieces = [.. Enumerable.Range(0, 20).Select(i => heap.Allocate(length))];
            foreach (HeapPiece piece in pieces) heap.Free(piece);
            Assert.Equal(kept, heap.Statistics.KeptPieces);
            heap.Merge();
            Assert.Equal(1, heap.Statistics.FreeRuns);
        }
    }

    [Fact]
    public void H1_The_whole_heap_can_be_one_piece()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 1_000_000);
        HeapPiece piece = heap.Allocate(heap.Capacity);
        Assert.False(heap.TryAllocate(1, out _));
        heap.Free(piece);
        HeapPiece small = heap.Allocate(1);
        Assert.False(heap.TryAllocate(heap.Capacity, out _));
        heap.Free(small);
        heap.Free(heap.Allocate(heap.Capacity));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(4096)]
    [InlineData(65536)]
    [InlineData(1 << 20)]
    public void H1_Alignment_is_of_the_logical_address(int alignment)
    {
        var machine = new PlainMachine(pages: 1024, logicalBase: 0x1000_3000);
        using BufferHeap heap = BufferHeap.Create(machine.CreateAdapter(), 3 * Mega);
        HeapPiece filler = heap.Allocate(100);
        HeapPiece piece = heap.Allocate(5000, alignment);
        Assert.True(piece.LogicalAddress.IsAligned(alignment));
        heap.Free(filler);
        heap.Free(piece);
        Assert.Equal(1, heap.Statistics.FreeRuns);
    }

    [Fact]
    public void H1_A_boundary_is_not_crossed()
    {
        var machine = new PlainMachine(pages: 256, logicalBase: 0x1000_3000);
        using BufferHeap heap = BufferHeap.Create(machine.CreateAdapter(), 512 * 1024);
        var pieces = new List<HeapPiece>();
        while (heap.TryAllocate(10_000, out HeapPiece piece, boundary: 16384)) pieces.Add(piece);
        Assert.True(pieces.Count >= 30);
        Assert.All(pieces, p => Assert.Equal(p.Range.Start.Value / 16384, p.Range.Last.Value / 16384));
        foreach (HeapPiece piece in pieces) heap.Free(piece);
        Assert.Contains("1 to 16384", Assert.Throws<ArgumentOutOfRangeException>(() => heap.Allocate(16385, boundary: 16384)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void H1_The_device_s_own_boundary_and_alignment_hold_without_asking()
    {
        var machine = new PlainMachine(pages: 256, logicalBase: 0x1000_3000);
        DmaAdapter adapter = machine.CreateAdapter(new DmaConstraints { Boundary = 65536, ElementAlignment = 512 });
        using BufferHeap heap = BufferHeap.Create(adapter, 512 * 1024);
        var pieces = new List<HeapPiece>();
        while (heap.TryAllocate(9_000, out HeapPiece piece)) pieces.Add(piece);
        Assert.All(pieces, p => Assert.Equal((p.Range.Start.Value / 65536, 0UL), (p.Range.Last.Value / 65536, p.Range.Start.Value % 512)));
        foreach (HeapPiece piece in pieces) heap.Free(piece);
    }

    [Fact]
    public void H1_No_room_says_how_much_was_asked_and_what_there_is()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 65536, new BufferHeapOptions { Name = "tables" });
        HeapPiece half = heap.Allocate(32768);
        var error = Assert.Throws<DmaResourceException>(() => heap.Allocate(40000));
        Assert.Equal((40000, 32768), (error.Requested, error.LargestAvailable));
        Assert.Contains("Heap 'tables' has no room for a piece of 40000 bytes", error.Message, StringComparison.Ordinal);
        Assert.False(heap.TryAllocate(long.MaxValue, out _));
        Assert.Equal(2, heap.Statistics.Failures);
        foreach (long length in (long[])[0, -1, long.MinValue]) Assert.Throws<ArgumentOutOfRangeException>(() => heap.TryAllocate(length, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.TryAllocate(1, out _, alignment: 24));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.TryAllocate(1, out _, boundary: -8));
        heap.Free(half);
    }

    [Fact]
    public void H1_AllocateUpTo_gives_what_there_is()
    {
        var machine = new PlainMachine(pages: 64, inUse: page => page == 40);
        DmaAdapter adapter = machine.CreateAdapter();
        using (BufferHeap heap = BufferHeap.AllocateUpTo(adapter, 1 << 20, 4096)) Assert.Equal(40 * 4096, heap.Capacity);
        Assert.Throws<DmaResourceException>(() => BufferHeap.Create(adapter, 41 * 4096));
        Assert.Equal(1, machine.Memory.PagesTaken);
    }

    [Fact]
    public void H1_Handles_are_checked_and_misuse_is_named()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, Mega);
        using BufferHeap other = BufferHeap.Create(_adapter, Mega, new BufferHeapOptions { Name = "other" });
        HeapPiece piece = heap.Allocate(100);
        heap.Free(piece);
        Assert.Contains("freed already", Assert.Throws<DmaMisuseException>(() => heap.Free(piece)).Message, StringComparison.Ordinal);
        Assert.Throws<DmaMisuseException>(() => piece.Span.Length);
        HeapPiece again = heap.Allocate(100);
        Assert.NotEqual(piece, again);
        Assert.Throws<DmaMisuseException>(() => piece.Read<int>(0));
        Assert.Contains("in heap 'other'", Assert.Throws<DmaMisuseException>(() => other.Free(again)).Message, StringComparison.Ordinal);
        Assert.Contains("default HeapPiece", Assert.Throws<DmaMisuseException>(() => heap.Free(default)).Message, StringComparison.Ordinal);
        again.Dispose();
        again.Dispose();
        default(HeapPiece).Dispose();
        Assert.Equal("piece-freed-twice", Assert.Single(_machine.Misuse.Reports).Rule);
        Assert.Equal(1, heap.Statistics.FreeRuns);
    }

    [Fact]
    public void P4_A_node_about_to_wrap_is_retired()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 65536, new BufferHeapOptions { FirstGeneration = uint.MaxValue - 2 });
        var handles = new HashSet<HeapPiece>();
        for (int i = 0; i < 500; i++)
        {
            // Three at once, freed from the middle, so that pieces end as runs of their own and as parts of their neighbours.
            HeapPiece[] pieces = [heap.Allocate(100), heap.Allocate(5000), heap.Allocate(100)];
            foreach (HeapPiece piece in pieces) Assert.True(handles.Add(piece), "A handle was given out twice.");
            foreach (int k in (int[])[1, 0, 2]) heap.Free(pieces[k]);
            foreach (HeapPiece piece in pieces) Assert.Throws<DmaMisuseException>(() => piece.Span.Length);
            Assert.Equal((1, 65536), (heap.Statistics.FreeRuns, heap.Statistics.LargestFreeRun));
        }

        // 1,500 pieces, three to a node; the last nodes may have a rent left.
        Assert.InRange(heap.Statistics.RetiredNodes, 498, 500);
    }

    [Fact]
    public void H1_More_pieces_than_expected_are_legal_and_old_handles_stay_good()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, Mega, new BufferHeapOptions { ExpectedPieces = 1 });
        var pieces = new List<HeapPiece>();
        while (heap.TryAllocate(64, out HeapPiece piece))
        {
            piece.Write(0, pieces.Count);
            pieces.Add(piece);
        }

        Assert.Equal(Mega / 64, pieces.Count);
        for (int i = 0; i < pieces.Count; i++) Assert.Equal(i, pieces[i].Read<int>(0));
        foreach (HeapPiece piece in pieces) heap.Free(piece);
        Assert.Equal(1, heap.Statistics.FreeRuns);
    }

    [Fact]
    public void H1_Allocating_and_freeing_allocate_nothing()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, Mega, new BufferHeapOptions { ExpectedPieces = 200 });
        var pieces = new HeapPiece[200];
        Assert.Equal(0, AllocatedBytes.Of(Exercise));

        void Exercise()
        {
            for (int i = 0; i < pieces.Length; i++) heap.TryAllocate(64 + (i * 7), out pieces[i], alignment: i % 8 == 0 ? 1024 : 0, name: i % 16 == 0 ? "named" : null);
            for (int i = 0; i < pieces.Length; i++) pieces[i].Write(0, pieces[i].LogicalAddress.Value);
            for (int i = 0; i < pieces.Length; i += 2) heap.Free(pieces[i]);
            for (int i = 1; i < pieces.Length; i += 2) pieces[i].Dispose();
        }
    }

    [Fact]
    public void P2_Overwriting_every_byte_does_not_disturb_the_heap()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 65536);
        for (int round = 0; round < 4; round++)
        {
            HeapPiece[] pieces = [.. Enumerable.Range(0, 50).Select(i => heap.Allocate(100 + (i * 10)))];
            heap.Buffer.Span(0, 65536).Fill((byte)(0xFF - round));
            foreach (HeapPiece piece in pieces) heap.Free(piece);
            heap.Buffer.Span(0, 65536).Fill((byte)round);
            Assert.Equal((1, 65536), (heap.Statistics.FreeRuns, heap.Statistics.LargestFreeRun));
        }
    }

    [Fact]
    public void CB5_A_heap_is_not_made_in_callback_context_but_used_there()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 65536);
        using CallbackContext context = CallbackContext.Enter();
        Assert.Contains("TryAllocate", Assert.Throws<DmaMisuseException>(() => BufferHeap.Create(_adapter, 4096)).Message, StringComparison.Ordinal);
        heap.Free(heap.Allocate(100));
    }

    [Fact]
    public void Q1_Disposing_a_heap_while_pieces_are_out_is_reported_and_quarantined()
    {
        BufferHeap heap = BufferHeap.Create(_adapter, 65536, new BufferHeapOptions { Name = "lists" });
        HeapPiece piece = heap.Allocate(100);
        heap.Dispose();
        heap.Dispose();
        MisuseReport report = Assert.Single(_machine.Misuse.Reports);
        Assert.Equal(("heap-disposed-while-pieces-out", "lists"), (report.Rule, report.Owner));
        Assert.Single(_machine.Domain.Quarantine.Entries);
        Assert.Throws<DmaMisuseException>(() => piece.Span.Length);
        piece.Dispose();
        Assert.Throws<ObjectDisposedException>(() => heap.TryAllocate(1, out _));
        _adapter.DeclareQuiet();
        Assert.Equal(0, _machine.Memory.PagesTaken);
    }

    [Fact]
    public void T1_Threads_share_a_heap()
    {
        using BufferHeap heap = BufferHeap.Create(_adapter, 2 * Mega);
        string? violation = null;
        Thread[] threads = [.. Enumerable.Range(1, 3).Select(me => new Thread(() =>
        {
            var random = new Random(me);
            var mine = new List<HeapPiece>();
            for (int i = 0; i < 8_000; i++)
            {
                if (random.Next(2) == 0 && heap.TryAllocate(random.Next(1, 4000), out HeapPiece piece, random.Next(4) == 0 ? 4096 : 0))
                {
                    piece.Span.Fill((byte)me);
                    mine.Add(piece);
                }
                else if (mine.Count > 0)
                {
                    int at = random.Next(mine.Count);
                    if (mine[at].Span.IndexOfAnyExcept((byte)me) >= 0) violation = $"Seed {me}, step {i}: somebody wrote into a piece that was held.";
                    heap.Free(mine[at]);
                    mine.RemoveAt(at);
                }
            }

            foreach (HeapPiece piece in mine) heap.Free(piece);
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Null(violation);
        Assert.Equal((0, 1, 2 * Mega), (heap.Statistics.LivePieces, heap.Statistics.FreeRuns, heap.Statistics.LargestFreeRun));
    }
}
