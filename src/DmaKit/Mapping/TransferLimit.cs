namespace DmaKit;

/// <summary>How many bytes a mapping can carry in the worst case, by arithmetic alone.</summary>
internal static class TransferLimit
{
    /// <summary>What is sure to be mapped, wherever it lies.</summary>
    /// <param name="limits">What the device takes.</param>
    /// <param name="registers">The most registers that can be had.</param>
    /// <param name="page">The size of a register's page in bytes.</param>
    public static long SurelyMapped(DmaConstraints limits, RegisterLimits registers, int page)
    {
        long most = Math.Min(limits.MaxTransferLength, int.MaxValue);
        long element = limits.MaxElementLength > page ? page : Math.Max(1, limits.MaxElementLength - (limits.MaxElementLength % limits.LengthGranularity));
        bool single = page % limits.LengthGranularity != 0;
        if (limits.MaxElements == 1) return Math.Min(most, InOneRun(limits, registers, page));

        // Each page may be an element of its own, or several; where a ragged end in the middle is copied, that is a register page
        // more, for a few bytes. And the bytes may begin with the last one of a page.
        long stretch = limits.Boundary != 0 && limits.Boundary < page ? limits.Boundary : page;
        long ragged = limits.LengthGranularity > 1 || limits.ElementAlignment > 1 ? 1 : 0;
        long pieces = page / stretch * ((stretch + element - 1) / element);
        long perPage = pieces + (ragged * (page / stretch) * pieces);
        long registersPerPage = ragged == 0 ? 1 : page / stretch;
        long pages = Math.Min((single ? registers.LongestRun : registers.Reachable) / registersPerPage, limits.MaxElements / perPage);
        long scattered = pages == 0 ? 0 : ((pages - 1) * page) + 1;
        return Math.Min(most, single ? Math.Min(scattered, InOneRun(limits, registers, page)) : scattered);
    }

    private static long InOneRun(DmaConstraints limits, RegisterLimits registers, int page)
    {
        long run = (long)registers.LongestRun * page;
        long element = limits.MaxElementLength - (limits.MaxElementLength % limits.LengthGranularity);
        long whole = Math.Max(1, Math.Min(limits.MaxElementLength, element == 0 ? limits.MaxElementLength : element));
        if (limits.MaxElements == 1) return Math.Min(run, Math.Min(whole, limits.Boundary == 0 ? long.MaxValue : limits.Boundary));
        if (limits.Boundary != 0) return Math.Min(run, Math.Min(limits.Boundary, whole));
        return Math.Min(run, limits.MaxElements > run / whole ? run : limits.MaxElements * whole);
    }
}
