namespace DmaKit.Devices;

/// <summary>Where a SCSI command stands in the adapter.</summary>
internal enum FusionPhase
{
    Queued,
    ReadingList,
    Moving,
}
