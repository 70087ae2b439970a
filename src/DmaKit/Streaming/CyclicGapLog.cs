namespace DmaKit;

/// <summary>The latest gaps of a ring, in the order in which they were noticed. Not thread-safe. The first gap allocates all that there will ever be.</summary>
internal sealed class CyclicGapLog
{
    internal const int Kept = 4096;

    private CyclicGap[] _gaps = [];
    private long _count;

    internal void Add(long position, long end)
    {
        if (end <= position) return;
        if (_count == 0) _gaps = new CyclicGap[Kept];
        if (_count > 0)
        {
            // What goes on from the last one, or over it again, is the same gap.
            ref CyclicGap last = ref _gaps[(_count - 1) % Kept];
            if (position >= last.Position && position <= last.End)
            {
                last = last with { Length = Math.Max(end, last.End) - last.Position };
                return;
            }
        }

        _gaps[_count++ % Kept] = new CyclicGap(position, end - position);
    }

    /// <summary>A copy, oldest first.</summary>
    internal CyclicGap[] ToArray()
    {
        long first = Math.Max(0, _count - Kept);
        var copy = new CyclicGap[_count - first];
        for (long i = first; i < _count; i++) copy[i - first] = _gaps[i % Kept];
        return copy;
    }
}
