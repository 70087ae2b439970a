namespace DmaKit.Devices;

/// <summary>What a command block asks for, whatever its length.</summary>
internal enum ScsiOperation
{
    Wrong,
    TestUnitReady,
    RequestSense,
    Inquiry,
    ModeSense6,
    ModeSense10,
    StartStopUnit,
    ReadCapacity10,
    ReadCapacity16,
    Read,
    Write,
    Verify,
    VerifyCompare,
    SynchronizeCache,
    ReportLuns,
}
