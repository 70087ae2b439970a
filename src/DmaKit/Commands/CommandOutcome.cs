namespace DmaKit;

/// <summary>How a command ended, and what the device said.</summary>
/// <typeparam name="TReply">What the driver makes of the device's answer.</typeparam>
/// <param name="Status">How it ended.</param>
/// <param name="Reply">The reply, copied out of shared memory once; default unless <paramref name="HasReply"/>.</param>
/// <param name="HasReply">Whether the device gave the command's tag back.</param>
/// <param name="Bytes">How many bytes of the mapping were completed.</param>
public readonly record struct CommandOutcome<TReply>(CommandStatus Status, TReply Reply, bool HasReply, long Bytes)
    where TReply : unmanaged;
