namespace DmaKit;

/// <summary>A mapping that may cover less than was asked for. Map the rest when this one is complete.</summary>
/// <param name="Mapping">The mapping of the first bytes.</param>
/// <param name="Remaining">How many bytes of the request it does not cover; 0 when it covers all.</param>
public readonly record struct PartialMapping(DmaMapping Mapping, long Remaining)
{
    /// <summary>Whether all of the request is mapped.</summary>
    public bool IsWhole => Remaining == 0;
}
