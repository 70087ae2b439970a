namespace DmaKit;

public sealed partial class BlockPool
{
    /// <summary>Where the first block lies that could not be an element of a device with these limits; null when all could.</summary>
    internal LogicalAddress? FirstBlockAgainst(DmaConstraints limits)
    {
        foreach (ulong logical in _logicals)
        {
            var range = new LogicalRange(new LogicalAddress(logical), _blockLength);
            if (!range.Start.IsAligned(limits.ElementAlignment) || !limits.Reaches(range)) return range.Start;
            if (limits.Boundary != 0 && (range.Start.Value ^ range.Last.Value) >= (ulong)limits.Boundary) return range.Start;
        }

        return null;
    }
}
