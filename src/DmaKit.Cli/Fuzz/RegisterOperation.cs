namespace DmaKit.Cli;

/// <summary>What a step of a register program does.</summary>
internal enum RegisterOperation : byte
{
    /// <summary>Writes a register.</summary>
    Write,

    /// <summary>Reads a register.</summary>
    Read,

    /// <summary>Writes the logical address of a place in shared memory to a register.</summary>
    WriteAddress,

    /// <summary>Stores a number in shared memory.</summary>
    Store,

    /// <summary>Stores the logical address of a place in shared memory in shared memory.</summary>
    StoreAddress,

    /// <summary>Fills a range of shared memory with random bytes.</summary>
    Fill,

    /// <summary>Lets the machine's clock go on.</summary>
    Advance,

    /// <summary>Lets the device do all that is due, with the clock standing.</summary>
    Run,

    /// <summary>Reads the configuration space.</summary>
    ReadConfig,

    /// <summary>Writes the configuration space.</summary>
    WriteConfig,

    /// <summary>A frame comes along the wire.</summary>
    Frame,
}
