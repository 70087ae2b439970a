using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>Tells the mailbox device of packets, from its start or reset to its next reset. Once closed it stays closed.</summary>
internal sealed class MailboxDoorbell(RegisterWindow registers, long register, Lock gate) : ICommandDoorbell
{
    private bool _closed;

    /// <inheritdoc/>
    public void Ring(LogicalAddress packet, CommandTag tag)
    {
        lock (gate)
        {
            if (_closed) throw new MailboxDoorbellClosedException();
            registers.Write32(register, packet.LowHalf);
        }
    }

    /// <summary>Nothing is posted through it any more. Called with the gate held.</summary>
    public void Close() => _closed = true;
}
