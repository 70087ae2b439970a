namespace DmaKit.Platforms;

/// <summary>What a run of frames must be like; everything in frames.</summary>
/// <param name="Count">How many frames.</param>
/// <param name="Minimum">The lowest frame that may belong to it.</param>
/// <param name="Maximum">The highest frame that may belong to it.</param>
/// <param name="Alignment">What the first frame's number must be a multiple of: a power of two.</param>
/// <param name="Boundary">A power of two that the run may not cross a multiple of; 0 for none.</param>
internal readonly record struct FrameRequest(long Count, long Minimum, long Maximum, long Alignment = 1, long Boundary = 0)
{
    /// <summary>The lowest place for the run in a free stretch of frames; -1 when it does not fit.</summary>
    internal long PlaceIn(long start, long end)
    {
        end = Math.Min(end, Maximum + 1);
        long first = AlignUp(Math.Max(start, Minimum), Alignment);
        if (Boundary != 0)
        {
            if (Count > Boundary) return -1;
            if ((first & (Boundary - 1)) + Count > Boundary) first = AlignUp(AlignUp(first, Boundary), Alignment);
        }

        return first + Count <= end ? first : -1;
    }

    /// <summary>The highest place for the run in a free stretch; -1 when it does not fit.</summary>
    internal long HighestPlaceIn(long start, long end)
    {
        if (Boundary != 0 && Count > Boundary) return -1;
        end = Math.Min(end, Maximum + 1);
        start = Math.Max(start, Minimum);
        if (end - start < Count) return -1;
        long first = (end - Count) & -Alignment;
        if (Boundary != 0 && (first & (Boundary - 1)) + Count > Boundary)
            first = (((first + Count - 1) & -Boundary) - Count) & -Alignment;
        return first >= start ? first : -1;
    }

    /// <summary>The longest run, whatever <see cref="Count"/>, in a free stretch of frames under these limits.</summary>
    internal long LongestIn(long start, long end)
    {
        end = Math.Min(end, Maximum + 1);
        long first = AlignUp(Math.Max(start, Minimum), Alignment);
        if (first >= end) return 0;
        if (Boundary == 0) return end - first;
        long here = Math.Min(end - first, Boundary - (first & (Boundary - 1)));
        long next = AlignUp(AlignUp(first + 1, Boundary), Alignment);
        return next >= end ? here : Math.Max(here, Math.Min(end - next, Boundary));
    }

    private static long AlignUp(long value, long alignment) => (value + alignment - 1) & -alignment;
}
