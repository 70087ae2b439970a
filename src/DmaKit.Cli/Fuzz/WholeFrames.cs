using DmaKit.Devices;
using DmaKit.Testing;

namespace DmaKit.Cli;

/// <summary>Takes what a sound card plays, and insists on whole frames.</summary>
internal sealed class WholeFrames : SoundSink
{
    public override void Write(StreamFormat format, ReadOnlySpan<byte> frames)
    {
        if (frames.Length % format.FrameBytes != 0) throw new FuzzFailureException($"{frames.Length} bytes were played, in frames of {format.FrameBytes}");
    }
}
