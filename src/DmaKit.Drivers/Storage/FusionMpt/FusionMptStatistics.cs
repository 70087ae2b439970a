namespace DmaKit.Drivers;

/// <summary>What a Fusion MPT driver counted since it started.</summary>
/// <param name="Commands">Its packets and the commands in them.</param>
/// <param name="ContextReplies">Replies that were a context alone: commands that went well.</param>
/// <param name="AddressReplies">Replies that were written into a reply frame.</param>
/// <param name="UnknownFrames">Replies that named a reply frame that is none of the driver's.</param>
/// <param name="Events">Events that the adapter reported of its own accord.</param>
/// <param name="Aborts">Commands that were aborted for taking too long, or given up by their callers.</param>
/// <param name="TargetResets">Resets of a device because an abort did not help.</param>
/// <param name="AdapterResets">Resets of the adapter because nothing else helped.</param>
public readonly record struct FusionMptStatistics(
    CommandPoolStatistics Commands, long ContextReplies, long AddressReplies, long UnknownFrames, long Events, long Aborts, long TargetResets, long AdapterResets);
