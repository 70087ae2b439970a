using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>What the card plays goes into the output.</summary>
internal sealed class OutputSink(SoundOutput output) : SoundSink
{
    /// <inheritdoc/>
    public override void Write(StreamFormat format, ReadOnlySpan<byte> frames) => output.Write(frames);
}
