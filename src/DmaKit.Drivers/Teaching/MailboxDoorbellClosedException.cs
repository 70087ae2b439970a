namespace DmaKit.Drivers;

/// <summary>A packet was not posted because the device was reset meanwhile. Never leaves the driver.</summary>
internal sealed class MailboxDoorbellClosedException() : DmaException("The mailbox device was reset.");
