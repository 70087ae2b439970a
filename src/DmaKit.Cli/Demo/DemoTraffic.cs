namespace DmaKit.Cli;

/// <summary>How the demo's network stands: two cards, and a cable between them.</summary>
/// <param name="Packets">Packets that came out of the second card and compared equal.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Time">How long it took, or takes so far.</param>
/// <param name="InCard">How many of its four descriptors the sending card has now.</param>
/// <param name="MostInCard">The most it had.</param>
/// <param name="RingBytes">The length of the receive ring.</param>
/// <param name="RingUsed">How much of it waits for the driver.</param>
internal sealed record DemoTraffic(long Packets, long Bytes, TimeSpan Time, int InCard, int MostInCard, int RingBytes, int RingUsed);
