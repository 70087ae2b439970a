using DmaKit.Native;

namespace DmaKit.Benchmarks;

/// <summary>The smallest heap that the trace fits into, beside what is live at its peak.</summary>
internal sealed class HeapFootprint : Row
{
    private const int Granule = 64;

    public override string Id => "heap-footprint";

    public override string Title => "heap, smallest slab for the trace";

    public override string Peer => "live bytes at the peak";

    public override double Must => 1.12;

    public override double Aim => 1.09;

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

    private static bool Fits(uint granules)
    {
        var heap = new HeapCore(granules, 0, Trace.Slots + 64);
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
