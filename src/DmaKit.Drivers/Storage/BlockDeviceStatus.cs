namespace DmaKit.Drivers;

/// <summary>Why a request to a block device failed.</summary>
public enum BlockDeviceStatus
{
    /// <summary>The device refused or failed it, and said why in its sense data.</summary>
    CheckCondition,

    /// <summary>There is no device at that address.</summary>
    NoDevice,

    /// <summary>The device is busy, or its queue is full.</summary>
    Busy,

    /// <summary>The device did not answer in time.</summary>
    TimedOut,

    /// <summary>A reset or abort ended it, and ended it again when it was tried once more; or the driver was closed.</summary>
    Aborted,

    /// <summary>The device is gone.</summary>
    DeviceLost,

    /// <summary>The adapter stopped in its fault state while it had the request.</summary>
    AdapterFault,

    /// <summary>The adapter could not be brought up again after a reset; the driver does nothing any more.</summary>
    AdapterFailed,

    /// <summary>Fewer bytes came than were asked for, and no reason with them.</summary>
    ShortTransfer,

    /// <summary>Adapter or transport reported an error of their own.</summary>
    TransportError,
}
