namespace DmaKit.Qemu;

/// <summary>Makes lines of the bytes that come, in whatever pieces they come. A line has less than 64 KiB; memory grows with what came.</summary>
internal sealed class ReplyLines
{
    private const int Longest = 64 * 1024, First = 4 * 1024;

    private byte[] _bytes = new byte[First];
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>Whether a line is longer than any that makes sense.</summary>
    internal bool IsFull => _end - _start == Longest;

    /// <summary>Where the next bytes go, at least one.</summary>
    internal Span<byte> Room()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end, _searched) = (0, _end - _start, _searched - _start);
        }

        if (_end == _bytes.Length) Array.Resize(ref _bytes, 2 * _bytes.Length);
        return _bytes.AsSpan(_end);
    }

    /// <summary>So many came.</summary>
    internal void Came(int count) => _end += count;

    /// <summary>Takes a line, without its end.</summary>
    /// <param name="line">The line, good until <see cref="Room"/> is asked for.</param>
    internal bool TryTake(out ReadOnlySpan<byte> line)
    {
        int more = _bytes.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        _searched = more < 0 ? _end : _searched + more + 1;
        line = more < 0 ? default : _bytes.AsSpan(_start, _searched - 1 - _start).TrimEnd((byte)'\r');
        if (more < 0) return false;
        _start = _searched;
        return true;
    }
}
