namespace DmaKit.Benchmarks;

/// <summary>The figures of a row.</summary>
/// <param name="Ours">Our figure: the minimum of the samples, or their median where the row says so.</param>
/// <param name="Peer">The peer's figure, taken in the same way.</param>
/// <param name="OursSpread">Our interquartile range as a part of the median.</param>
/// <param name="PeerSpread">The peer's interquartile range as a part of the median.</param>
/// <param name="Allocated">Managed bytes that the process allocated for each of our operations.</param>
internal sealed record Measurement(double Ours, double Peer, double OursSpread, double PeerSpread, double Allocated)
{
    public double Ratio => Ours / Peer;

    /// <summary>What ours costs more than the peer.</summary>
    public double Over => Ours - Peer;

    /// <summary>Whether the machine was too restless for the figure to mean much.</summary>
    public bool Noisy => PeerSpread > 0.15;
}
