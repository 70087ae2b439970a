namespace DmaKit;

/// <summary>What a mapping may say about itself, beyond its data. The default says nothing.</summary>
public readonly record struct MappingOptions
{
    /// <summary>The request that the mapping serves, or null. Named, its waits take part in the order of grants and in the search for deadlocks.</summary>
    public DmaRequest? Request { get; init; }
}
