namespace DmaKit;

/// <summary>A source whose samples are in memory. Nothing is copied: leave the memory as it is while a composer has the source.</summary>
public sealed class MemorySource : IStreamSource
{
    private readonly ReadOnlyMemory<byte> _frames;

    /// <summary>Creates a source.</summary>
    /// <param name="format">What the frames look like.</param>
    /// <param name="frames">Whole frames; what is left over is not heard.</param>
    public MemorySource(StreamFormat format, ReadOnlyMemory<byte> frames)
    {
        ArgumentNullException.ThrowIfNull(format);
        Format = format;
        _frames = frames;
    }

    /// <inheritdoc/>
    public StreamFormat Format { get; }

    /// <inheritdoc/>
    public long Frames => _frames.Length / Format.FrameBytes;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch) => _frames.Span.Slice((int)(frame * Format.FrameBytes), count * Format.FrameBytes);
}
