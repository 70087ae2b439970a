namespace DmaKit.Testing;

/// <summary>How an input ended that did no harm.</summary>
public enum FuzzOutcome
{
    /// <summary>It was taken, and what came of it was checked.</summary>
    Accepted,

    /// <summary>It was refused with one clear error.</summary>
    Refused,
}
