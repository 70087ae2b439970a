namespace DmaKit.Qemu;

/// <summary>How sending a command ended.</summary>
internal enum WireResult
{
    /// <summary>It is on its way.</summary>
    Sent,

    /// <summary>The other side took nothing for too long.</summary>
    TimedOut,

    /// <summary>There is no other side any more.</summary>
    Closed,
}
