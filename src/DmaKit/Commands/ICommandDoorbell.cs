namespace DmaKit;

/// <summary>How a packet's address is told to a device, where one register write is not enough.</summary>
public interface ICommandDoorbell
{
    /// <summary>Tells the device of a packet; the last thing it does is a register write.</summary>
    /// <param name="packet">Where the packet is to the device.</param>
    /// <param name="tag">Its tag.</param>
    void Ring(LogicalAddress packet, CommandTag tag);
}
