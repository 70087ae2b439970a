using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>What the card plays goes into the output.</summary>
internal sealed class OutputSink : SoundSink
{
    /// <summary>Where it goes; null for nowhere. Set before the card plays.</summary>
    internal SoundOutput? Output { get; set; }

    /// <inheritdoc/>
    public override void Write(StreamFormat format, ReadOnlySpan<byte> frames) => Output?.Write(frames);
}
