namespace DmaKit;

/// <summary>What a mapping may say about itself and may use, beyond its data. The default says nothing and uses map registers alone.</summary>
public readonly record struct MappingOptions
{
    /// <summary>The request that the mapping serves, or null. Named, its waits take part in the order of grants and in the search for deadlocks.</summary>
    public DmaRequest? Request { get; init; }

    /// <summary>Registers that were set aside and that the mapping takes from, or null for those that all share.</summary>
    public RegisterLease? Lease { get; init; }

    /// <summary>
    /// Whether the data is a command's packet: it then takes its registers from the adapter's command reserve, if it has one
    /// (<see cref="DmaAdapter.ReserveForCommands"/>), and never competes with data.
    /// </summary>
    public bool ForCommand { get; init; }

    /// <summary>What may copy the data into blocks of its own where the device could not take it otherwise, or null. Of the same adapter.</summary>
    public Coalescer? Coalescer { get; init; }

    /// <summary>Whether it says nothing about who asks and what registers it takes.</summary>
    internal bool NamesNothing => Request is null && Lease is null && !ForCommand;
}
