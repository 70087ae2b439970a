namespace DmaKit.Formats;

/// <summary>Writes a WAV file: samples go straight to the stream, and where it can seek the header learns its lengths at the end.</summary>
/// <remarks>For one thread at a time. To a pipe the header says the number of frames where it was given, and that nobody knows where it was not.</remarks>
public sealed class WavWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly long _start;
    private readonly long? _promised;
    private readonly bool _leaveOpen;
    private bool _completed;

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where the file goes, from its present position on.</param>
    /// <param name="format">What frames look like.</param>
    /// <param name="frames">How many there will be; null where that is not known.</param>
    /// <param name="leaveOpen">Whether the stream outlives the writer.</param>
    /// <exception cref="ArgumentOutOfRangeException">More frames than a WAV file can have.</exception>
    public WavWriter(Stream stream, WavFormat format, long? frames = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        Format = format;
        _stream = stream;
        _leaveOpen = leaveOpen;
        _start = stream.CanSeek ? stream.Position : 0;
        _promised = frames is { } count ? checked(count * format.FrameBytes) : null;
        byte[] header = WavHeader.Create(format, _promised);
        HeaderBytes = header.Length;
        stream.Write(header);
    }

    /// <summary>What frames look like.</summary>
    public WavFormat Format { get; }

    /// <summary>How many bytes of samples were written.</summary>
    public long DataBytes { get; private set; }

    private int HeaderBytes { get; }

    /// <summary>Writes samples, in the file's own format.</summary>
    /// <param name="samples">Their bytes; a frame may be split over two calls.</param>
    /// <exception cref="IOException">The file would have more bytes than a WAV file can have; nothing of these is written.</exception>
    public void Write(ReadOnlySpan<byte> samples)
    {
        Count(samples.Length);
        _stream.Write(samples);
        DataBytes += samples.Length;
    }

    /// <summary>Writes samples, in the file's own format.</summary>
    /// <param name="samples">Their bytes; a frame may be split over two calls.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The file would have more bytes than a WAV file can have; nothing of these is written.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> samples, CancellationToken cancellationToken = default)
    {
        Count(samples.Length);
        await _stream.WriteAsync(samples, cancellationToken).ConfigureAwait(false);
        DataBytes += samples.Length;
    }

    /// <summary>Ends the file: fills it up to an even length, and puts its lengths into the header where the stream can seek.</summary>
    /// <exception cref="IOException">The stream cannot seek, and not as many frames were written as its header says.</exception>
    public void Complete()
    {
        if (_completed) return;
        _completed = true;
        if ((DataBytes & 1) != 0) _stream.WriteByte(0);
        if (_stream.CanSeek && _promised != DataBytes)
        {
            long end = _stream.Position;
            _stream.Position = _start;
            _stream.Write(WavHeader.Create(Format, DataBytes));
            _stream.Position = end;
        }

        _stream.Flush();
        if (!_stream.CanSeek && _promised is { } promised && promised != DataBytes)
            throw new IOException($"The header says {promised} bytes of samples, {DataBytes} were written, and the stream cannot go back to the header.");
    }

    /// <summary>Ends the file if <see cref="Complete"/> did not, and closes the stream unless it is to stay open.</summary>
    public void Dispose()
    {
        try
        {
            if (!_completed) Complete();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or NotSupportedException)
        {
            // Disposing never throws; who wants to know calls Complete.
            _completed = true;
        }

        if (!_leaveOpen) _stream.Dispose();
    }

    private void Count(int bytes)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        if (DataBytes + bytes > WavHeader.MaximumDataBytes(Format))
            throw new IOException($"{DataBytes + bytes} bytes of samples; a WAV file has at most {WavHeader.MaximumDataBytes(Format)}.");
    }
}
