namespace DmaKit.Devices;

/// <summary>Where the sound comes from that a card captures: the other end of its wire.</summary>
/// <remarks>Called by the model in its turns; one converter of one card has it.</remarks>
public abstract class SoundSource
{
    /// <summary>Gives the next frames.</summary>
    /// <param name="format">What they must look like; the rate is the one that the driver chose.</param>
    /// <param name="frames">Where they go. What the source does not fill stays silent: it was cleared before.</param>
    public abstract void Read(StreamFormat format, Span<byte> frames);
}
