namespace DmaKit.Devices;

/// <summary>How a SCSI command ended (SAM-4 5.3.1).</summary>
public enum ScsiStatus : byte
{
    /// <summary>Done as asked.</summary>
    Good = 0x00,

    /// <summary>Not done, or not wholly; the sense data says why.</summary>
    CheckCondition = 0x02,
}
