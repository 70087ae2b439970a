namespace DmaKit.Benchmarks;

/// <summary>How a request is made reachable.</summary>
internal enum MapWay
{
    /// <summary>Where it lies.</summary>
    Direct,

    /// <summary>Through map registers.</summary>
    Bounce,

    /// <summary>In a block of a coalescer.</summary>
    Coalesce,
}
