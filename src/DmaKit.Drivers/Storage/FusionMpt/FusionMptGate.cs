using DmaKit.Platforms;

namespace DmaKit.Drivers;

/// <summary>
/// The way to the request queue from one bring-up of the adapter to its next reset. Once closed it stays closed: whoever prepared a packet
/// before a reset cannot post it after.
/// </summary>
/// <remarks>
/// Safe from any thread, and who posts waits for nobody. Those who are inside are counted: who closes the gate waits until they are out, which makes a
/// reset certain that no post is on its way.
/// </remarks>
internal sealed class FusionMptGate(RegisterWindow registers, int epoch) : ICommandDoorbell
{
    private int _inside;
    private int _closed;

    /// <summary>Which bring-up it belongs to, from 1.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Whether it is open; it may close at any moment.</summary>
    public bool IsOpen => _closed == 0;

    /// <inheritdoc/>
    /// <exception cref="FusionMptGateClosedException">The adapter is being reset. It was told nothing.</exception>
    public void Ring(LogicalAddress packet, CommandTag tag)
    {
        Enter();
        try
        {
            if (_closed != 0) throw new FusionMptGateClosedException();
            registers.Write32(FusionMptRegister.RequestQueue, packet.LowHalf);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Closes it for good. Afterwards nothing is posted through it.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _closed, 1);
        var wait = default(SpinWait);
        while (Interlocked.CompareExchange(ref _inside, 0, 0) != 0) wait.SpinOnce();
    }

    /// <summary>The adapter's fault code, or 0 when it is not in its fault state. Looks only while no handshake can be under way.</summary>
    public uint ReadFault()
    {
        Enter();
        try
        {
            if (_closed != 0) return 0;
            uint doorbell = registers.Read32(FusionMptRegister.Doorbell);
            return (doorbell & FusionMptRegister.StateMask) == FusionMptRegister.StateFault ? Math.Max(1, doorbell & 0xFFFF) : 0;
        }
        finally
        {
            Leave();
        }
    }

    // Counted before it is looked whether the gate is closed, and closed before the count is looked at: one of the two sees the other.
    private void Enter() => Interlocked.Increment(ref _inside);

    private void Leave() => Interlocked.Decrement(ref _inside);
}
