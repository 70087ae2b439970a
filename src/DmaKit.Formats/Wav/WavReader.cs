namespace DmaKit.Formats;

/// <summary>Reads WAV files, from files and from pipes: whole numbers of 8 to 32 bits, floating point of 32 and 64, plain and extensible headers.</summary>
/// <remarks>
/// For one thread at a time. Chunks that are not needed are skipped. Lengths are checked against the file when it is opened; on a pipe, where
/// nobody knows them, when it ends. Source of the layout: Microsoft's RIFF and <c>WAVEFORMATEX</c> documents.
/// </remarks>
public sealed class WavReader : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long _dataStart;
    private readonly long _dataBytes;
    private long _at;

    private WavReader(Stream stream, bool leaveOpen, WavFormat format, long dataStart, long dataBytes)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        _dataStart = dataStart;
        _dataBytes = dataBytes;
        Format = format;
    }

    /// <summary>What frames look like.</summary>
    public WavFormat Format { get; }

    /// <summary>How many frames there are; null where only the end of the pipe will tell.</summary>
    public long? Frames => _dataBytes < 0 ? null : _dataBytes / Format.FrameBytes;

    /// <summary>The frame that is read next.</summary>
    public long Position => _at / Format.FrameBytes;

    /// <summary>Whether <see cref="Seek"/> works.</summary>
    public bool CanSeek => _stream.CanSeek;

    /// <summary>Reads the header of a WAV file.</summary>
    /// <param name="stream">The file, from its present position on.</param>
    /// <param name="leaveOpen">Whether the stream outlives the reader. It does in any case when this throws.</param>
    /// <param name="piped">
    /// Whether what wrote it wrote into a pipe, and could not come back to the header: a length of 2 GiB or more then means all that there is. A stream that cannot seek
    /// is taken for one in any case.
    /// </param>
    /// <exception cref="MalformedFileException">The file is no WAV file, was cut short, or has a format that is not read here.</exception>
    public static WavReader Open(Stream stream, bool leaveOpen = false, bool piped = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (WavFormat format, long dataStart, long dataBytes) = new WavHeaderParser(stream, piped).Parse();
        return new WavReader(stream, leaveOpen, format, dataStart, dataBytes);
    }

    /// <summary>Reads bare samples that no header comes before.</summary>
    /// <param name="stream">The samples, from the stream's present position to its end.</param>
    /// <param name="format">What frames look like.</param>
    /// <param name="leaveOpen">Whether the stream outlives the reader.</param>
    public static WavReader OpenRaw(Stream stream, WavFormat format, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        long start = stream.CanSeek ? stream.Position : 0;
        return new WavReader(stream, leaveOpen, format, start, stream.CanSeek ? Math.Max(0, stream.Length - start) / format.FrameBytes * format.FrameBytes : -1);
    }

    /// <summary>Reads whole frames, in the file's own format.</summary>
    /// <param name="frames">Where they go; filled as far as there are frames, in whole frames.</param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="MalformedFileException">The stream ended before the frames that its header promises.</exception>
    public int Read(Span<byte> frames)
    {
        frames = frames[..Wanted(frames.Length)];
        return Took(_stream.ReadAtLeast(frames, frames.Length, throwOnEndOfStream: false), frames.Length);
    }

    /// <summary>Reads whole frames, in the file's own format.</summary>
    /// <param name="frames">Where they go; filled as far as there are frames, in whole frames.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="MalformedFileException">The stream ended before the frames that its header promises.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> frames, CancellationToken cancellationToken = default)
    {
        frames = frames[..Wanted(frames.Length)];
        int count = await _stream.ReadAtLeastAsync(frames, frames.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Took(count, frames.Length);
    }

    /// <summary>Goes to a frame, so that it is read next.</summary>
    /// <param name="frame">The frame, from 0 to <see cref="Frames"/>.</param>
    /// <exception cref="NotSupportedException">The stream cannot seek.</exception>
    public void Seek(long frame)
    {
        if (!CanSeek) throw new NotSupportedException("The stream cannot seek; read it from its start on.");
        if (frame < 0 || frame > Frames) throw new ArgumentOutOfRangeException(nameof(frame), frame, $"Frame {frame}; legal: 0 to {Frames}.");
        _at = frame * Format.FrameBytes;
        _stream.Position = _dataStart + _at;
    }

    /// <summary>Closes the stream unless it is to stay open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen) _stream.Dispose();
    }

    private int Wanted(int room)
    {
        long left = _dataBytes < 0 ? room : Math.Min(room, _dataBytes - _at);
        return (int)(left / Format.FrameBytes * Format.FrameBytes);
    }

    private int Took(int count, int wanted)
    {
        if (count < wanted && _dataBytes >= 0)
            throw new MalformedFileException($"The header promises {_dataBytes} bytes of samples, and there are {_at + count}: the file was cut short.", _dataStart + _at + count);
        count = count / Format.FrameBytes * Format.FrameBytes;
        _at += count;
        return count;
    }
}
