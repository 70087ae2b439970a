namespace DmaKit.Devices;

/// <summary>Gives a card what it captures from memory, once, and silence after it.</summary>
/// <param name="sound">Whole frames in the format that the driver will choose.</param>
public sealed class MemorySoundSource(ReadOnlyMemory<byte> sound) : SoundSource
{
    private long _given;

    /// <summary>How many bytes were given, silence included. From any thread.</summary>
    public long Bytes => Interlocked.Read(ref _given);

    /// <inheritdoc/>
    public override void Read(StreamFormat format, Span<byte> frames)
    {
        long at = _given;
        if (at < sound.Length)
        {
            ReadOnlySpan<byte> rest = sound.Span[(int)at..];
            rest[..Math.Min(rest.Length, frames.Length)].CopyTo(frames);
        }

        Interlocked.Add(ref _given, frames.Length);
    }
}
