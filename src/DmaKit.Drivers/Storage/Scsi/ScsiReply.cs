namespace DmaKit.Drivers;

/// <summary>What an adapter said of a SCSI command: copied out of shared memory once, and judged on this copy.</summary>
internal struct ScsiReply
{
    /// <summary>The device's status (SAM-4): 0 good, 2 check condition, 8 busy, 28h task set full.</summary>
    public byte Status;

    /// <summary>Whether <see cref="Sense"/> is the device's.</summary>
    public bool HasSense;

    /// <summary>Whether there is no status, because the command did not get as far as the device's answer.</summary>
    public bool HasNoStatus;

    /// <summary>The adapter's own verdict, 0 for success; the numbers are Fusion MPT's IOCStatus.</summary>
    public ushort AdapterStatus;

    /// <summary>How many bytes of sense data there are.</summary>
    public byte SenseLength;

    /// <summary>How many bytes of data were transferred, as the adapter claims.</summary>
    public uint TransferCount;

    /// <summary>The sense data.</summary>
    public SenseBytes Sense;
}
