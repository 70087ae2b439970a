namespace DmaKit.Drivers;

/// <summary>What the mailbox device wrote into a packet.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Value">The checksum, of a packet that asked for it.</param>
internal readonly record struct MailboxResult(MailboxStatus Status, uint Value);
