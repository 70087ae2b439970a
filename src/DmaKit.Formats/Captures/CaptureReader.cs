using System.Runtime.CompilerServices;

namespace DmaKit.Formats;

/// <summary>
/// Reads captures, pcap or pcapng by their first bytes, from a stream that need not be seekable: files of any size, in bounded memory.
/// </summary>
/// <remarks>
/// pcap: microseconds and nanoseconds, both byte orders. pcapng: several sections and interfaces, every time resolution, enhanced, simple and obsolete
/// packet blocks; other blocks are passed over. Not safe from several threads.
/// </remarks>
public sealed class CaptureReader : IDisposable, IAsyncDisposable
{
    private const int FirstWindow = 64 * 1024;
    private const int MagicLength = 4;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private byte[] _window = new byte[FirstWindow];
    private CaptureParser? _parser;
    private CapturedPacket _packet;
    private int _start;
    private int _end;
    private long _offset;
    private bool _ended;

    private CaptureReader(Stream stream, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
    }

    /// <summary>The format that the first bytes say.</summary>
    public CaptureFormat Format => _parser!.Format;

    /// <summary>The most bytes of a packet that the capture says it keeps, in pcap; else <see cref="CapturedPacket.MostBytes"/>.</summary>
    public int SnapLength => _parser!.SnapLength;

    /// <summary>Whether it reads from a file, so that a read does not wait for anybody.</summary>
    public bool CanSeek => _stream.CanSeek;

    /// <summary>The packet that was read last.</summary>
    public CapturedPacket Packet => _packet;

    /// <summary>How many packets were read.</summary>
    public long Count { get; private set; }

    /// <summary>Begins to read.</summary>
    /// <param name="stream">The capture, from its first byte on.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed.</param>
    /// <exception cref="MalformedFileException">It is no capture, or is empty.</exception>
    public static CaptureReader Open(Stream stream, bool leaveOpen = false)
    {
        var reader = new CaptureReader(stream, leaveOpen);
        reader.Advance(CaptureStep.Head);
        return reader;
    }

    /// <inheritdoc cref="Open"/>
    /// <param name="stream">The capture, from its first byte on.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the reader is disposed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<CaptureReader> OpenAsync(Stream stream, bool leaveOpen = false, CancellationToken cancellationToken = default)
    {
        var reader = new CaptureReader(stream, leaveOpen);
        await reader.AdvanceAsync(CaptureStep.Head, cancellationToken).ConfigureAwait(false);
        return reader;
    }

    /// <summary>Reads the next packet into <see cref="Packet"/>.</summary>
    /// <returns>False at the end of the capture.</returns>
    /// <exception cref="MalformedFileException">The capture is cut short, or says what cannot be.</exception>
    public bool Read() => Advance(CaptureStep.Packet);

    /// <summary>Reads the next packet into <see cref="Packet"/>. Allocates nothing where the bytes are at hand.</summary>
    /// <param name="cancellationToken">Gives up; the reader is not good for more afterwards.</param>
    /// <returns>False at the end of the capture.</returns>
    /// <exception cref="MalformedFileException">The capture is cut short, or says what cannot be.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default) => AdvanceAsync(CaptureStep.Packet, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_leaveOpen) _stream.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _leaveOpen ? ValueTask.CompletedTask : _stream.DisposeAsync();

    private bool Advance(CaptureStep goal)
    {
        while (!Consume(goal))
        {
            if (!Filled(_stream.Read(Room()))) return false;
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AdvanceAsync(CaptureStep goal, CancellationToken cancellationToken)
    {
        while (!Consume(goal))
        {
            int room = Room().Length;
            if (!Filled(await _stream.ReadAsync(_window.AsMemory(_end, room), cancellationToken).ConfigureAwait(false))) return false;
        }

        return true;
    }

    /// <summary>Works on what is in the window.</summary>
    /// <returns>False when more bytes are wanted.</returns>
    private bool Consume(CaptureStep goal)
    {
        while (true)
        {
            if (_parser is null)
            {
                if (_end - _start < MagicLength) return false;
                _parser = CaptureParser.ForMagic(_window.AsSpan(_start, MagicLength));
            }

            int skipped = (int)Math.Min(_parser.ToSkip, _end - _start);
            _parser.ToSkip -= skipped;
            Drop(skipped);
            int needed = _parser.Needed;
            if (_parser.ToSkip > 0 || _end - _start < needed) return false;
            ReadOnlyMemory<byte> bytes = _window.AsMemory(_start, needed);
            CaptureStep step = _parser.Take(bytes.Span, _offset);
            Drop(needed);
            if (step == CaptureStep.Packet)
            {
                _packet = _parser.Packet with { Data = bytes };
                Count++;
            }

            if (step == goal) return true;
        }
    }

    private void Drop(int bytes)
    {
        _start += bytes;
        _offset += bytes;
    }

    /// <summary>Makes room behind what is in the window. It grows with what came, not with what the file says: a length costs as much memory as there are bytes behind it.</summary>
    private Span<byte> Room()
    {
        int needed = _parser is { ToSkip: 0 } parser ? parser.Needed : MagicLength;
        if (_start > 0)
        {
            _window.AsSpan(_start, _end - _start).CopyTo(_window);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _window.Length) Array.Resize(ref _window, Math.Min(needed, 2 * _window.Length));
        return _window.AsSpan(_end);
    }

    /// <summary>Notes what was read.</summary>
    /// <returns>False at the end of the capture.</returns>
    private bool Filled(int read)
    {
        _end += read;
        if (read > 0) return true;
        if (_ended) return false;
        _ended = true;
        int left = _end - _start;
        if (_parser is null)
        {
            throw new MalformedFileException(
                left == 0 ? "The file is empty: a capture begins with 4 bytes that say its format." : $"The file has {left} bytes: a capture begins with 4 that say its format.", 0);
        }

        if (left == 0 && _parser.MayEnd) return false;
        string wanted = _parser.ToSkip > 0 ? $"{_parser.ToSkip + _parser.Needed} more bytes" : $"{_parser.Needed} bytes, {left} are left";
        throw new MalformedFileException($"The capture is cut short in {_parser.Item}: it needs {wanted}.", _parser.ItemOffset);
    }
}
