namespace DmaKit.Devices;

/// <summary>Keeps what a card plays, up to a limit.</summary>
/// <param name="limit">How many bytes are kept; later ones are counted only. The default is 1 GiB.</param>
/// <remarks>Safe from any thread.</remarks>
public sealed class MemorySoundSink(long limit = 1 << 30) : SoundSink
{
    private readonly Lock _gate = new();
    private readonly MemoryStream _kept = new();
    private StreamFormat? _format;
    private long _bytes;

    /// <summary>What the latest frames looked like; null before the first.</summary>
    public StreamFormat? Format
    {
        get
        {
            lock (_gate) return _format;
        }
    }

    /// <summary>How many bytes were played.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>What was kept.</summary>
    public byte[] ToArray()
    {
        lock (_gate) return _kept.ToArray();
    }

    /// <inheritdoc/>
    public override void Write(StreamFormat format, ReadOnlySpan<byte> frames)
    {
        lock (_gate)
        {
            _format = format;
            _bytes += frames.Length;
            _kept.Write(frames[..(int)Math.Clamp(limit - _kept.Length, 0, frames.Length)]);
        }
    }
}
