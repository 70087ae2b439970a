using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// The way to the request queue from one bring-up of the adapter to its next reset. Once closed it stays closed: whoever prepared a packet
/// before a reset cannot post it after.
/// </summary>
/// <remarks>Safe from any thread. The lock is what makes a reset certain that no post is on its way.</remarks>
internal sealed class FusionMptGate(RegisterWindow registers, int epoch) : ICommandDoorbell
{
    private readonly Lock _lock = new();
    private int _closed;

    /// <summary>Which bring-up it belongs to, from 1.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Whether it is open; it may close at any moment.</summary>
    public bool IsOpen => Interlocked.CompareExchange(ref _closed, 0, 0) == 0;

    /// <inheritdoc/>
    /// <exception cref="FusionMptGateClosedException">The adapter is being reset. It was told nothing.</exception>
    public void Ring(LogicalAddress packet, CommandTag tag)
    {
        lock (_lock)
        {
            if (_closed != 0) throw new FusionMptGateClosedException();
            registers.Write32(FusionMptRegister.RequestQueue, packet.LowHalf);
        }
    }

    /// <summary>Closes it for good. Afterwards nothing is posted through it.</summary>
    public void Close()
    {
        lock (_lock) Interlocked.Exchange(ref _closed, 1);
    }

    /// <summary>The adapter's fault code, or 0 when it is not in its fault state. Looks only while no handshake can be under way.</summary>
    public uint ReadFault()
    {
        lock (_lock)
        {
            if (_closed != 0) return 0;
            uint doorbell = registers.Read32(FusionMptRegister.Doorbell);
            return (doorbell & FusionMptRegister.StateMask) == FusionMptRegister.StateFault ? Math.Max(1, doorbell & 0xFFFF) : 0;
        }
    }
}
