namespace DmaKit;

/// <summary>What a <see cref="CyclicTransfer"/> needs of a device: to start it, to stop it, and to ask where it is. A driver implements it.</summary>
/// <remarks>Never called under a lock of the library. <see cref="Poll"/> and <see cref="Stop"/> may be called in callback context.</remarks>
public interface ICyclicDevice
{
    /// <summary>Programs the ring and lets the device begin at its first byte. Called by <see cref="CyclicTransfer.Start"/>.</summary>
    /// <param name="transfer">The transfer that starts.</param>
    void Start(CyclicTransfer transfer);

    /// <summary>Stops the device. When it returns the device touches the ring no more, and its position stands still. It must not wait.</summary>
    /// <param name="transfer">The transfer that stops.</param>
    void Stop(CyclicTransfer transfer);

    /// <summary>
    /// Reads the device's position and reports it, with one of the transfer's Report members. A device whose position cannot be read
    /// does nothing here and reports from its interrupt.
    /// </summary>
    /// <param name="transfer">The transfer that asks.</param>
    void Poll(CyclicTransfer transfer);
}
