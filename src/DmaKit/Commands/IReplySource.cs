namespace DmaKit;

/// <summary>Where the reply of an accepted command comes from; a struct, so that nothing is allocated for it.</summary>
internal interface IReplySource<TPacket, TReply>
    where TPacket : unmanaged
    where TReply : unmanaged
{
    /// <summary>Makes the reply, reading shared memory at most once.</summary>
    TReply Make(CommandSlot<TPacket, TReply> slot, out long bytes);
}
