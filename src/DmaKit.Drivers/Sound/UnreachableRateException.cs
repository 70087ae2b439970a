namespace DmaKit.Drivers;

/// <summary>A device cannot make a rate; the message names the nearest that it can.</summary>
/// <param name="message">Which rate, which device, what it can make.</param>
/// <param name="rate">The rate that was asked for, in hertz.</param>
/// <param name="nearest">The reachable rate that is nearest to it, in hertz.</param>
public sealed class UnreachableRateException(string message, double rate, double nearest) : DmaException(message)
{
    /// <summary>The rate that was asked for, in hertz.</summary>
    public double Rate { get; } = rate;

    /// <summary>The reachable rate that is nearest to it, in hertz.</summary>
    public double Nearest { get; } = nearest;
}
