namespace DmaKit;

/// <summary>What a tag was worth that a device gave back.</summary>
public enum TagVerdict
{
    /// <summary>A posted command's: it ends.</summary>
    Accepted,

    /// <summary>One whose caller had given up: its packet and memory are free again.</summary>
    Late,

    /// <summary>One that names no slot of the pool. A device fault.</summary>
    Unknown,

    /// <summary>One that was given back before, or never posted. A device fault.</summary>
    Stale,
}
