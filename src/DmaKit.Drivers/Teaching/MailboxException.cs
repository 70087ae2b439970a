namespace DmaKit.Drivers;

/// <summary>An operation of the mailbox device failed.</summary>
/// <param name="status">What the device said.</param>
/// <param name="command">How the command ended.</param>
public sealed class MailboxException(MailboxStatus status, CommandStatus command)
    : IOException(command == CommandStatus.Completed ? $"The mailbox device answered {status}." : $"The mailbox device did not answer: {command}.")
{
    /// <summary>What the device said; <see cref="MailboxStatus.NotDone"/> when it said nothing.</summary>
    public MailboxStatus Status { get; } = status;

    /// <summary>How the command ended.</summary>
    public CommandStatus Command { get; } = command;
}
