namespace DmaKit.Devices;

/// <summary>Where the sound goes that a card plays: the other end of its wire.</summary>
/// <remarks>Called by the model in its turns; one converter of one card has it.</remarks>
public abstract class SoundSink
{
    /// <summary>Takes frames that were played, in order and without gaps. While a converter is stopped or paused there are none.</summary>
    /// <param name="format">What they look like; the rate is the one that the driver chose, without the card's skew.</param>
    /// <param name="frames">Whole frames.</param>
    public abstract void Write(StreamFormat format, ReadOnlySpan<byte> frames);
}
