namespace DmaKit;

/// <summary>Makes the reply of a command from its packet, for devices that answer in the packet itself.</summary>
/// <typeparam name="TPacket">The packet's layout.</typeparam>
/// <typeparam name="TReply">What the driver makes of the answer.</typeparam>
/// <param name="packet">A copy, made once: the device may go on writing the original.</param>
/// <param name="bytes">Set to how many bytes of the mapping the device transferred.</param>
public delegate TReply ReplyReader<TPacket, TReply>(in TPacket packet, out long bytes)
    where TPacket : unmanaged
    where TReply : unmanaged;
