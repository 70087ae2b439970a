namespace DmaKit.Drivers;

/// <summary>What a network driver counted since it started.</summary>
/// <param name="Sent">Frames on the wire.</param>
/// <param name="SentBytes">Their bytes, padding included.</param>
/// <param name="SendFailures">Frames that were not sent.</param>
/// <param name="SendRetries">How often the card was told to send a frame again that had too many collisions.</param>
/// <param name="MostInCard">The most transmit descriptors that the card had at once: 0 to 4.</param>
/// <param name="Received">Frames taken from the ring.</param>
/// <param name="ReceivedBytes">Their bytes, without checksums.</param>
/// <param name="Missed">Frames that the card had no room for, as it counted.</param>
/// <param name="Truncated">Frames that were longer than the buffer they were received into.</param>
/// <param name="ReceiverResets">How often the ring made no sense and was begun anew: what was in it is lost.</param>
/// <param name="CardResets">How often the whole card was reset, for a frame that it did not give back.</param>
public readonly record struct Rtl8139Statistics(
    long Sent, long SentBytes, long SendFailures, long SendRetries, int MostInCard, long Received, long ReceivedBytes, long Missed, long Truncated, long ReceiverResets, long CardResets);
