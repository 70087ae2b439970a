namespace DmaKit.Devices;

/// <summary>Which way a SCSI command moves data.</summary>
public enum ScsiDirection
{
    /// <summary>It moves none.</summary>
    None,

    /// <summary>From the disk to the program.</summary>
    FromDevice,

    /// <summary>From the program to the disk.</summary>
    ToDevice,
}
