namespace DmaKit.Cli;

/// <summary>An input as a file or as a pipe, in pieces of any size: each read is a step of work. One object serves all inputs.</summary>
/// <param name="step">Counts a step.</param>
internal sealed class CountedStream(Action step) : Stream
{
    private ReadOnlyMemory<byte> _input;
    private int _piece;
    private bool _canSeek;
    private long _at;

    public override bool CanRead => true;

    public override bool CanSeek => _canSeek;

    public override bool CanWrite => false;

    public override long Length => _canSeek ? _input.Length : throw new NotSupportedException("A pipe has no length.");

    public override long Position
    {
        get => _canSeek ? _at : throw new NotSupportedException("A pipe has no position.");
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>Starts with an input.</summary>
    /// <param name="input">The bytes.</param>
    /// <param name="canSeek">Whether it is a file.</param>
    /// <param name="piece">The most bytes that a read gives.</param>
    internal void Open(ReadOnlyMemory<byte> input, bool canSeek, int piece) => (_input, _canSeek, _piece, _at) = (input, canSeek, piece, 0);

    public override int Read(Span<byte> buffer)
    {
        step();
        int count = (int)Math.Min(Math.Min(buffer.Length, _piece), Math.Max(0, _input.Length - _at));
        if (count == 0) return 0;
        _input.Span.Slice((int)_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin)
    {
        step();
        if (!_canSeek) throw new NotSupportedException("A pipe cannot seek.");
        long to = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _at + offset,
            _ => _input.Length + offset,
        };
        if (to < 0) throw new IOException($"A seek to {to}.");
        return _at = to;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("The input is only read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The input is only read.");
}
