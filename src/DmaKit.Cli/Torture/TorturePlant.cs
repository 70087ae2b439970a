namespace DmaKit.Cli;

/// <summary>A bug that is put in the place of our own code, to see that the torture finds it.</summary>
internal enum TorturePlant
{
    /// <summary>None.</summary>
    None,

    /// <summary>Quarantined memory is given back while the device still has it.</summary>
    EarlyReuse,

    /// <summary>The path of interrupts forgets some that are pending.</summary>
    LostIrq,

    /// <summary>The completion path takes a tag a second time, for whatever its packet is used for by then.</summary>
    DoubleTag,
}
