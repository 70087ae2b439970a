using DmaKit.Native;

namespace DmaKit.Platforms;

/// <summary>A stretch of this process's memory and the frames behind it, in order.</summary>
/// <remarks>Immutable; safe from any thread.</remarks>
internal sealed class HostRange
{
    private readonly long[] _firstPage;

    internal HostRange(nint host, long pages, FrameRun[] runs, bool InArena)
    {
        Host = host;
        Pages = pages;
        Runs = runs;
        this.InArena = InArena;
        _firstPage = new long[runs.Length];
        long page = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            _firstPage[i] = page;
            page += runs[i].Count;
        }
    }

    /// <summary>Where it starts in this process.</summary>
    internal nint Host { get; }

    /// <summary>Its length in pages.</summary>
    internal long Pages { get; }

    /// <summary>Its length in bytes.</summary>
    internal long Length => Pages << PhysicalMemory.PageShift;

    /// <summary>The frames behind it; those of <see cref="Large"/> bytes are taken so that they count, and hold nothing.</summary>
    internal FrameRun[] Runs { get; }

    /// <summary>Whether it is seen in the machine's arena rather than at a place of its own.</summary>
    internal bool InArena { get; }

    /// <summary>How many bytes from its start lie in large pages, which are no frame's.</summary>
    internal long Large { get; init; }

    /// <summary>Which physical address is behind an offset of <see cref="Large"/> or more.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="contiguous">How many bytes from there lie side by side.</param>
    internal ulong PhysicalAt(long offset, out long contiguous)
    {
        long page = offset >> PhysicalMemory.PageShift;
        int run = 0;
        if (_firstPage.Length > 1)
        {
            int found = Array.BinarySearch(_firstPage, page);
            run = found >= 0 ? found : ~found - 1;
        }

        long within = offset - (_firstPage[run] << PhysicalMemory.PageShift);
        contiguous = (Runs[run].Count << PhysicalMemory.PageShift) - within;
        return ((ulong)Runs[run].First << PhysicalMemory.PageShift) + (ulong)within;
    }
}
