namespace DmaKit.Drivers;

/// <summary>How a packet of the mailbox device ended. Source: docs/devices/mailbox.md.</summary>
public enum MailboxStatus
{
    /// <summary>The device has not answered: it took too long, or was reset.</summary>
    NotDone = 0,

    /// <summary>Done.</summary>
    Success = 1,

    /// <summary>The device does not know the operation.</summary>
    UnknownOpcode = 2,

    /// <summary>Some of it lies outside the device's memory.</summary>
    OutsideMemory = 3,

    /// <summary>Too many elements.</summary>
    TooManyElements = 4,

    /// <summary>More than one element, and the device needs contiguous data.</summary>
    NotContiguous = 5,

    /// <summary>An element starts in the middle of a page, and the device needs pages.</summary>
    NotPageAligned = 6,

    /// <summary>The lengths of the elements do not add up.</summary>
    WrongLength = 7,

    /// <summary>The machine refused the device the data.</summary>
    DataRefused = 8,

    /// <summary>The context was the one that stands for none.</summary>
    ReservedContext = 9,
}
