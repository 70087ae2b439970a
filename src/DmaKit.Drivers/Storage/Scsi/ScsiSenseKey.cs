namespace DmaKit.Drivers;

/// <summary>The kind of a SCSI error (SPC-4, table of sense keys).</summary>
public enum ScsiSenseKey
{
    /// <summary>No error.</summary>
    NoSense = 0x0,

    /// <summary>Done, with some recovery by the device.</summary>
    RecoveredError = 0x1,

    /// <summary>Not ready for use.</summary>
    NotReady = 0x2,

    /// <summary>The medium is bad, or reading or writing it failed.</summary>
    MediumError = 0x3,

    /// <summary>The device is bad.</summary>
    HardwareError = 0x4,

    /// <summary>The command asks for something that cannot be.</summary>
    IllegalRequest = 0x5,

    /// <summary>Something happened to the device, such as a reset, that whoever uses it should know.</summary>
    UnitAttention = 0x6,

    /// <summary>The medium is write protected.</summary>
    DataProtect = 0x7,

    /// <summary>A blank part of the medium was met.</summary>
    BlankCheck = 0x8,

    /// <summary>The vendor's own.</summary>
    VendorSpecific = 0x9,

    /// <summary>A copy command failed.</summary>
    CopyAborted = 0xA,

    /// <summary>The device ended the command.</summary>
    AbortedCommand = 0xB,

    /// <summary>Reserved.</summary>
    Reserved = 0xC,

    /// <summary>The medium is full.</summary>
    VolumeOverflow = 0xD,

    /// <summary>The data did not compare equal.</summary>
    Miscompare = 0xE,

    /// <summary>Done.</summary>
    Completed = 0xF,
}
