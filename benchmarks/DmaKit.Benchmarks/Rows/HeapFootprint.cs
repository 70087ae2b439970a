using DmaKit.Native;

namespace DmaKit.Benchmarks;

/// <summary>The smallest heap that the trace fits into, beside what is live at its peak.</summary>
internal sealed class HeapFootprint(bool frontCaches) : Row
{
    private const int Granule = 64;

    public override string Id => frontCaches ? "heap-cached-footprint" : "heap-footprint";

    public override string Title => frontCaches ? "heap with front caches, smallest slab for the trace" : "heap, smallest slab for the trace";

    public override string Peer => "live bytes at the peak";

    public override double Must => frontCaches ? 1.25 : 1.12;

    public override double Aim => frontCaches ? 1.18 : 1.09;

    public override string Unit => "MiB";

    public override string Note => "no time: found by bisection";

    public override Measurement Measure(Sampler sampler)
    {
        long peak = Trace.PeakLive;
        long fails = peak / Granule;
        long fits = peak / Granule * 3 / 2;
        while (fits - fails > 256)
        {
            long middle = (fits + fails) / 2;
            if (Fits((uint)middle)) fits = middle;
            else fails = middle;
        }

        const double Mega = 1 << 20;
        return new Measurement(fits * Granule / Mega, peak / Mega, 0, 0, 0);
    }

    private bool Fits(uint granules)
    {
        var heap = new HeapCore(granules, 0, Trace.Slots + 64, keptGranule: frontCaches ? Granule : 0);
        var nodes = new (uint Node, uint Generation)[Trace.Slots];
        foreach ((int slot, int length) in Trace.Operations)
        {
            ref (uint Node, uint Generation) piece = ref nodes[slot];
            if (piece.Node != 0) heap.Free(piece.Node, piece.Generation, out _);
            if (heap.Crowded) heap.Grow();
            uint node = heap.Allocate((uint)((length + Granule - 1) / Granule), 1, 0);
            if (node == 0) return false;
            piece = (node, heap.GenerationOf(node));
        }

        return true;
    }
}
