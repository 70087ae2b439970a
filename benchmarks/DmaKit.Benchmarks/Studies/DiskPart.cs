namespace DmaKit.Benchmarks;

/// <summary>What a command's time goes to on its way through the disk driver.</summary>
internal enum DiskPart
{
    /// <summary>Renting and filling the packet.</summary>
    Packet,

    /// <summary>Making the data reachable.</summary>
    Mapping,

    /// <summary>Posting: the deadline, the doorbell up to the machine's bus, and the way back to the caller.</summary>
    Doorbell,

    /// <summary>The core's delivery and the driver's handler: reading replies and finding their commands.</summary>
    Interrupt,

    /// <summary>Ending the mapping, the packet's return, and the caller's continuation.</summary>
    Completion,

    /// <summary>The emulated machine: its bus, its interrupt controller, and the queue that everything on its one thread goes through.</summary>
    Machine,

    /// <summary>The emulated adapter: fetching the packet, moving the data, posting the reply.</summary>
    Device,
}
