using DmaKit.Devices;

namespace DmaKit.Cli;

/// <summary>What the card captures: a source, brought into the card's format. Samples that have it already come through as they are.</summary>
internal sealed class WireSource(IStreamSource sound) : SoundSource
{
    private const int LeadFrames = 4096;

    private StreamComposer? _composer;
    private long _frame;

    /// <inheritdoc/>
    public override void Read(StreamFormat format, Span<byte> frames)
    {
        if (_composer is null)
        {
            _composer = new StreamComposer(format, LeadFrames);
            _composer.Add(sound, 0);
        }

        while (frames.Length > 0)
        {
            Span<byte> part = frames[..Math.Min(frames.Length, LeadFrames * format.FrameBytes)];
            _composer.Compose(_frame, part);
            _frame += part.Length / format.FrameBytes;
            _composer.Seal(_frame);
            frames = frames[part.Length..];
        }
    }
}
