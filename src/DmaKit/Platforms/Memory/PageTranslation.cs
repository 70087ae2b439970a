namespace DmaKit.Platforms;

/// <summary>The table that an IOMMU translates by: which page of a logical address space leads to which frame.</summary>
/// <remarks>One writer at a time. Taking entries away is over when <see cref="Settle"/> has returned.</remarks>
internal abstract class PageTranslation
{
    /// <summary>How wide a logical address is: 32 to 64 bits.</summary>
    internal abstract int AddressBits { get; }

    /// <summary>
    /// Whether <see cref="Settle"/> proves that no device still moves bytes by an entry that was taken away. An IOMMU whose
    /// devices keep translated addresses for transfers under way cannot say so.
    /// </summary>
    internal abstract bool SettledIsProof { get; }

    /// <summary>How many frames the table may take for itself to hold that many pages more; 0 where it lies elsewhere.</summary>
    internal virtual long FramesFor(long pages) => 0;

    /// <summary>The pages that may be given entries, in order of address.</summary>
    internal virtual IEnumerable<FrameRun> Pages => LogicalSpace.AllPages(AddressBits);

    /// <summary>From how many pages on an entry costs less than a copy; null where that is to be measured.</summary>
    internal virtual int? PointFromPages => 1;

    /// <summary>Whether <see cref="TryMapHost"/> works.</summary>
    internal virtual bool MapsHost => false;

    /// <summary>How many pages may be given entries yet, by a limit that is no frame's; there usually is none.</summary>
    internal virtual long PagesLeft => long.MaxValue;

    /// <summary>Which limit refused entries the last time, how much was asked and how it is raised; null where none did.</summary>
    internal virtual string? Shortage => null;

    /// <summary>Lets pages lead to adjacent frames.</summary>
    /// <returns>False when the table has no room; some of the pages may have entries then.</returns>
    internal abstract bool TryMap(long page, FrameRun run);

    /// <summary>Lets pages lead to a range of this process, whole. Where <see cref="MapsHost"/>, large pages may be behind it.</summary>
    /// <inheritdoc cref="TryMap(long, FrameRun)"/>
    internal virtual bool TryMap(long page, HostRange range)
    {
        foreach (FrameRun run in range.Runs)
        {
            if (!TryMap(page, run)) return false;
            page += run.Count;
        }

        return true;
    }

    /// <summary>Lets pages lead to memory of this process that need not be the platform's.</summary>
    /// <param name="page">The first page.</param>
    /// <param name="host">Where the memory is in this process.</param>
    /// <param name="count">How many pages.</param>
    /// <param name="writable">Whether the device may write it.</param>
    /// <returns>False where that is not possible: nothing is mapped then.</returns>
    internal virtual bool TryMapHost(long page, nint host, long count, bool writable) => false;

    /// <summary>Takes entries away.</summary>
    internal abstract void Unmap(long page, long count);

    /// <summary>Which frame a page leads to, if to one.</summary>
    internal abstract bool TryGet(long page, out long frame);

    /// <summary>Returns when the IOMMU uses no entry that was taken away before.</summary>
    internal abstract void Settle(long page, long count);
}
