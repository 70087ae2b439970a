namespace DmaKit;

/// <summary>How a command ended: a value, not an exception.</summary>
public enum CommandStatus
{
    /// <summary>The device gave the command's tag back; its reply says how it went.</summary>
    Completed,

    /// <summary>The time given for it ran out.</summary>
    TimedOut,

    /// <summary>The caller's token was cancelled.</summary>
    Cancelled,

    /// <summary>A reset or abort of the driver's ended it.</summary>
    Aborted,

    /// <summary>The device is gone.</summary>
    DeviceLost,
}
