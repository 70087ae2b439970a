namespace DmaKit.Cli;

/// <summary>What a common buffer of the demo is for.</summary>
internal enum DemoBufferKind
{
    /// <summary>Command packets.</summary>
    Packets,

    /// <summary>Reply frames, and packets of the adapter's own requests.</summary>
    Replies,

    /// <summary>Receive rings of the network cards, blocks that frames are coalesced into.</summary>
    Network,

    /// <summary>The large buffer that the demo asks for itself.</summary>
    Large,
}
