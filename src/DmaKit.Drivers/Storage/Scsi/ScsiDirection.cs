namespace DmaKit.Drivers;

/// <summary>Which way the data of a SCSI command goes.</summary>
internal enum ScsiDirection
{
    None,
    FromDevice,
    ToDevice,
}
