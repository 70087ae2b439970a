using FsCheck;
using FsCheck.Fluent;

namespace DmaKit.Tests;

/// <summary>Random histories of a heap under random constraints, and twins that the same property must catch.</summary>
public sealed class BufferHeapPropertyTests
{
    private const long Capacity = 256 * 1024;

    private static readonly int[] Alignments = [0, 0, 0, 8, 256, 4096, 16384];

    private static readonly long[] Boundaries = [0, 0, 0, 4096, 65536];

    [Fact]
    public void H1_Pieces_never_overlap_and_stand_where_they_were_asked() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Property(heap => new RealHeap(heap)));

    [Theory]
    [InlineData(nameof(ShortTwin), "overlaps")]
    [InlineData(nameof(MisalignedTwin), "is not a multiple")]
    [InlineData(nameof(BoundaryTwin), "crosses")]
    [InlineData(nameof(OutOfReachTwin), "lies outside")]
    [InlineData(nameof(NoMergeTwin), "free runs")]
    [InlineData(nameof(DoubleFreeTwin), "freed twice")]
    public void H1_The_same_property_catches_a_broken_heap(string twin, string complaint)
    {
        Func<BufferHeap, IHeap> make = heap => twin switch
        {
            nameof(ShortTwin) => new ShortTwin(heap),
            nameof(MisalignedTwin) => new MisalignedTwin(heap),
            nameof(BoundaryTwin) => new BoundaryTwin(heap),
            nameof(OutOfReachTwin) => new OutOfReachTwin(heap),
            nameof(NoMergeTwin) => new NoMergeTwin(heap),
            _ => new DoubleFreeTwin(heap),
        };
        Exception error = Assert.ThrowsAny<Exception>(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Property(make, complaint)));
        Assert.Contains(complaint, error.ToString(), StringComparison.Ordinal);
    }

    private static Property Property(Func<BufferHeap, IHeap> make, string only = "") =>
        Prop.ForAll(Histories.Arbitrary(200), steps => Histories.Holds(Violation(steps, make), only));

    /// <summary>Plays a history; what is wrong, or null.</summary>
    private static string? Violation(int[] steps, Func<BufferHeap, IHeap> make)
    {
        // The start of memory is odd on purpose: aligned to a page and to nothing more.
        var machine = new PlainMachine(pages: 80, logicalBase: 0x7_3000);
        BufferHeap heap = BufferHeap.Create(machine.CreateAdapter(), Capacity, new BufferHeapOptions
        {
            Granule = (steps.Length % 3) switch { 0 => 8, 1 => 64, _ => 512 },
            FrontCaches = steps.Length / 3 % 2 != 0,
        });
        IHeap tested = make(heap);
        var live = new List<(HeapPiece Piece, LogicalRange Range)>();
        foreach (int step in steps)
        {
            var random = new Random(step);
            if (random.Next(5) < 3)
            {
                long boundary = Boundaries[random.Next(Boundaries.Length)];
                int alignment = Alignments[random.Next(Alignments.Length)];
                long length = 1 + (long)(16384 * Math.Pow(random.NextDouble(), 3));
                if (boundary != 0) length = Math.Min(length, boundary);
                if (!tested.TryAllocate(length, alignment, boundary, out HeapPiece piece, out LogicalRange range))
                {
                    // Twice what may be needed, and more than any bin is wide: then a refusal is wrong.
                    if (heap.Statistics.LargestFreeRun > 2 * ((2 * length) + alignment + heap.Granule)) return $"{length} bytes were refused with {heap.Statistics.LargestFreeRun} free in one run";
                    continue;
                }

                if (range.Start < heap.Buffer.LogicalAddress || range.Last > heap.Buffer.Range.Last) return $"{range} lies outside {heap.Buffer.Range}";
                if (alignment != 0 && !range.Start.IsAligned(alignment)) return $"{range} is not a multiple of {alignment}";
                if (boundary != 0 && range.Start.Value / (ulong)boundary != range.Last.Value / (ulong)boundary) return $"{range} crosses a multiple of {boundary}";
                foreach ((_, LogicalRange other) in live)
                    if (other.Overlaps(range)) return $"{range} overlaps {other}";
                live.Add((piece, range));
            }
            else if (live.Count > 0)
            {
                int at = random.Next(live.Count);
                tested.Free(live[at].Piece);
                if (tested.Free(live[at].Piece)) return $"{live[at].Range} could be freed twice";
                live.RemoveAt(at);
            }
        }

        foreach ((HeapPiece piece, _) in live) tested.Free(piece);
        heap.Merge();
        BufferHeapStatistics figures = heap.Statistics;
        return figures.FreeRuns == 1 && figures.LargestFreeRun == Capacity && figures.LiveBytes == 0 ? null : $"after all was freed: {figures}, that is {figures.FreeRuns} free runs";
    }

    /// <summary>A heap as the property sees it.</summary>
    private interface IHeap
    {
        bool TryAllocate(long length, int alignment, long boundary, out HeapPiece piece, out LogicalRange range);

        bool Free(HeapPiece piece);
    }

    private class RealHeap(BufferHeap heap) : IHeap
    {
        protected BufferHeap Heap { get; } = heap;

        public virtual bool TryAllocate(long length, int alignment, long boundary, out HeapPiece piece, out LogicalRange range)
        {
            bool got = Heap.TryAllocate(length, out piece, alignment, boundary);
            range = got ? piece.Range : default;
            return got;
        }

        public virtual bool Free(HeapPiece piece)
        {
            try
            {
                Heap.Free(piece);
                return true;
            }
            catch (DmaMisuseException)
            {
                return false;
            }
        }
    }

    /// <summary>Takes less than it hands out.</summary>
    private sealed class ShortTwin(BufferHeap heap) : RealHeap(heap)
    {
        public override bool TryAllocate(long length, int alignment, long boundary, out HeapPiece piece, out LogicalRange range)
        {
            bool got = Heap.TryAllocate(Math.Max(1, length - 600), out piece, alignment, boundary);
            range = got && piece.Range.Start.Value + (ulong)length <= Heap.Buffer.Range.Last.Value ? new LogicalRange(piece.LogicalAddress, length) : got ? piece.Range : default;
            return got;
        }
    }

    /// <summary>Aligns the offset in the heap and forgets where the heap starts.</summary>
    private sealed class MisalignedTwin(BufferHeap heap) : RealHeap(heap)
    {
        public override bool TryAllocate(long length, int alignment, long boundary, out HeapPiece piece, out LogicalRange range) =>
            base.TryAllocate(length, Math.Min(alignment, 4096), boundary, out piece, out range);
    }

    private sealed class BoundaryTwin(BufferHeap heap) : RealHeap(heap)
    {
        public override bool TryAllocate(long length, int alignment, long boundary, out HeapPiece piece, out LogicalRange range) =>
            base.TryAllocate(length, alignment, 0, out piece, out range);
    }

    private sealed class OutOfReachTwin(BufferHeap heap) : RealHeap(heap)
    {
        public override bool TryAllocate(long length, int alignment, long boundary, out HeapPiece piece, out LogicalRange range)
        {
            bool got = base.TryAllocate(length, alignment, boundary, out piece, out range);
            if (got) range = new LogicalRange(range.Start + (Capacity - 8192), length);
            return got;
        }
    }

    /// <summary>Loses a free run now and then.</summary>
    private sealed class NoMergeTwin(BufferHeap heap) : RealHeap(heap)
    {
        public override bool Free(HeapPiece piece) => piece.Length % 5 != 0 && base.Free(piece);
    }

    private sealed class DoubleFreeTwin(BufferHeap heap) : RealHeap(heap)
    {
        public override bool Free(HeapPiece piece) => base.Free(piece) || piece.Length > 100;
    }
}
