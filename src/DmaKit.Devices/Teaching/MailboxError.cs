namespace DmaKit.Devices;

/// <summary>What the error register says.</summary>
internal enum MailboxError : uint
{
    None = 0,
    PacketMisaligned = 1,
    PacketRefused = 2,
    QueueFull = 3,
    QueueCorrupt = 4,
    ReservedContext = 5,
}
