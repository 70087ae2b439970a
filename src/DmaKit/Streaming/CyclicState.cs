namespace DmaKit;

/// <summary>What a <see cref="CyclicTransfer"/> is doing.</summary>
public enum CyclicState
{
    /// <summary>The device stands still. What was captured can still be read; nothing can be written.</summary>
    Stopped,

    /// <summary>The ring is silent and can be filled; the device has not begun.</summary>
    Prepared,

    /// <summary>The device goes round the ring.</summary>
    Running,

    /// <summary>The device plays what is queued and then stops; nothing more can be written.</summary>
    Draining,
}
