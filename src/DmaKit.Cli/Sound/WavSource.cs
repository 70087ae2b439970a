using DmaKit.Formats;

namespace DmaKit.Cli;

/// <summary>A WAV file as a source: read where the mix is, a little ahead.</summary>
/// <remarks>Called by one thread at a time. A file that fails while it is played becomes silence, and <see cref="Failure"/> tells why.</remarks>
internal sealed class WavSource(WavReader reader) : IStreamSource
{
    private const int WindowFrames = 8192;

    private readonly byte[] _window = new byte[WindowFrames * reader.Format.FrameBytes];
    private long _first;
    private int _held;

    /// <inheritdoc/>
    public StreamFormat Format { get; } = new(SamplesOf(reader.Format), reader.Format.Channels, reader.Format.SampleRate);

    /// <inheritdoc/>
    public long Frames { get; } = reader.Frames ?? 0;

    /// <summary>Why frames could not be read; null where they could.</summary>
    internal Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Read(long frame, int count, Span<byte> scratch)
    {
        int frameBytes = Format.FrameBytes;
        int done = 0;
        while (done < count && Failure is null)
        {
            if (frame + done < _first || frame + done >= _first + _held) Load(frame + done);
            int part = (int)Math.Min(count - done, _first + _held - frame - done);
            if (part <= 0) break;
            _window.AsSpan((int)(frame + done - _first) * frameBytes, part * frameBytes).CopyTo(scratch[(done * frameBytes)..]);
            done += part;
        }

        return scratch[..(done * frameBytes)];
    }

    private void Load(long frame)
    {
        try
        {
            // A filter reads the frames before as well, the next time: some of them stay in the window.
            _first = Math.Max(0, frame - WindowFrames / 4);
            if (reader.Position != _first) reader.Seek(_first);
            _held = reader.Read(_window) / Format.FrameBytes;
        }
        catch (Exception e) when (e is IOException or MalformedFileException)
        {
            Failure = e;
            _held = 0;
        }
    }

    private static SampleFormat SamplesOf(WavFormat format) => (format.Encoding, format.Bits) switch
    {
        (WavEncoding.Pcm, 8) => SampleFormat.UInt8,
        (WavEncoding.Pcm, 16) => SampleFormat.Int16,
        (WavEncoding.Pcm, 24) => SampleFormat.Int24,
        (WavEncoding.Pcm, _) => SampleFormat.Int32,
        (_, 32) => SampleFormat.Float32,
        _ => SampleFormat.Float64,
    };
}
