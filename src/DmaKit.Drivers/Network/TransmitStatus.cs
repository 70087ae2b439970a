namespace DmaKit.Drivers;

/// <summary>What became of a frame that was to be sent: a value, not an exception.</summary>
public enum TransmitStatus
{
    /// <summary>It is on the wire.</summary>
    Sent,

    /// <summary>The card ran dry in the middle of the frame, and it was lost.</summary>
    Underrun,

    /// <summary>The card gave up after too many collisions, as often as it was told to try again.</summary>
    Aborted,

    /// <summary>There is no link, or it broke in the middle of the frame.</summary>
    NoCarrier,

    /// <summary>The card was refused access to the frame's memory.</summary>
    BusError,

    /// <summary>The card did not send it in time, and was reset.</summary>
    TimedOut,

    /// <summary>The driver was closed.</summary>
    Closed,

    /// <summary>The card is gone.</summary>
    DeviceLost,
}
