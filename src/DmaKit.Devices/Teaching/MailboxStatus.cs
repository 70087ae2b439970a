namespace DmaKit.Devices;

/// <summary>What the device writes into a packet's status.</summary>
internal enum MailboxStatus : uint
{
    Success = 1,
    UnknownOpcode = 2,
    OutsideDeviceMemory = 3,
    TooManyElements = 4,
    NotContiguous = 5,
    NotPageAligned = 6,
    WrongLength = 7,
    DataRefused = 8,
    ReservedContext = 9,
}
