namespace DmaKit.Benchmarks;

/// <summary>What a command's time goes to on its way through the disk driver.</summary>
internal enum DiskPart
{
    /// <summary>Renting and filling the packet.</summary>
    Packet,

    /// <summary>Making the data reachable.</summary>
    Mapping,

    /// <summary>The register write that tells the device, and the deadline.</summary>
    Doorbell,

    /// <summary>The emulated adapter: fetching the packet, moving the data, posting the reply.</summary>
    Device,

    /// <summary>The handler: reading replies and finding their commands.</summary>
    Interrupt,

    /// <summary>Ending the mapping, the packet's return, and the caller's continuation.</summary>
    Completion,
}
