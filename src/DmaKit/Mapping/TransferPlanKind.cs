namespace DmaKit;

/// <summary>What it takes to make a request reachable as one transfer.</summary>
public enum TransferPlanKind
{
    /// <summary>Nothing: the device takes all of it where it lies.</summary>
    Direct,

    /// <summary>Map registers, through which some of it is copied.</summary>
    Registers,

    /// <summary>Blocks of a coalescer, and map registers perhaps.</summary>
    Coalescing,

    /// <summary>It cannot be done in one transfer.</summary>
    Impossible,
}
