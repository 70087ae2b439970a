namespace DmaKit;

/// <summary>What a piece of a heap must be like, in granules.</summary>
/// <param name="Granules">Its length.</param>
/// <param name="Alignment">What its place must be a multiple of: a power of two.</param>
/// <param name="Boundary">What it may not cross a multiple of: a power of two; 0 for none.</param>
internal readonly record struct PieceWish(uint Granules, ulong Alignment, ulong Boundary)
{
    /// <summary>The first place from <paramref name="from"/> on that keeps alignment and boundary.</summary>
    public ulong PlaceFrom(ulong from)
    {
        ulong at = (from + Alignment - 1) & ~(Alignment - 1);
        return Boundary != 0 && ((at ^ (at + Granules - 1)) & ~(Boundary - 1)) != 0 ? (at + Boundary - 1) & ~(Boundary - 1) : at;
    }
}
