namespace DmaKit.Drivers;

/// <summary>What the card said of a frame.</summary>
/// <param name="Status">What became of it.</param>
internal readonly record struct TransmitReply(TransmitStatus Status);
