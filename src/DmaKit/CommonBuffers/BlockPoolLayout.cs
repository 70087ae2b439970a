namespace DmaKit;

/// <summary>Where blocks stand within a run of memory: stride, and how many share what none may cross.</summary>
internal readonly struct BlockPoolLayout
{
    /// <summary>What a cache line is taken for, in bytes: processors with lines of 64 fetch pairs.</summary>
    internal const int Line = 128;

    private readonly long _stride;
    private readonly long _cell;
    private readonly int _perCell;

    /// <exception cref="ArgumentException">A block does not fit into what it must not cross.</exception>
    internal BlockPoolLayout(BlockPoolOptions options, int pageSize)
    {
        Alignment = Math.Max(options.Alignment, options.OwnCacheLine ? Line : 1);
        _stride = RoundUp(options.BlockLength, Alignment);
        _cell = options.Boundary;
        if (options.WithinPage) _cell = _cell == 0 ? pageSize : Math.Min(_cell, pageSize);
        if (_cell == 0) return;
        if (options.BlockLength > _cell)
        {
            throw new ArgumentException(
                $"A block of {options.BlockLength} bytes crosses every multiple of {_cell} that it meets; legal: 1 to {_cell} bytes with this boundary.",
                nameof(options));
        }

        // Where the alignment is the larger one, every block starts on a multiple of the boundary.
        _perCell = Alignment >= _cell ? 1 : (int)(_cell / _stride);
        if (_perCell == 0) _perCell = 1;
        _cell = Math.Max(_cell, Alignment);
    }

    /// <summary>What the address of every block is a multiple of.</summary>
    internal int Alignment { get; }

    /// <summary>From the start of a block to where the next one may start, in bytes.</summary>
    internal long Stride => _stride;

    /// <summary>What the start of the run must be a multiple of, for <see cref="OffsetOf"/> to be right.</summary>
    internal long RunAlignment => Math.Max(Alignment, _cell);

    /// <summary>Where block <paramref name="index"/> starts, in bytes from the start of the run.</summary>
    internal long OffsetOf(int index) =>
        _cell == 0 ? index * _stride : (index / _perCell * _cell) + (index % _perCell * _stride);

    /// <summary>The bytes that <paramref name="count"/> blocks take.</summary>
    internal long LengthOf(int count, int blockLength) => count == 0 ? 0 : OffsetOf(count - 1) + blockLength;

    /// <summary>How many blocks fit into <paramref name="length"/> bytes, up to <paramref name="most"/>.</summary>
    internal int CountIn(long length, int blockLength, int most)
    {
        if (length < blockLength) return 0;
        long count = _cell == 0
            ? ((length - blockLength) / _stride) + 1
            : (length / _cell * _perCell) + Math.Min(_perCell, length % _cell < blockLength ? 0 : (((length % _cell) - blockLength) / _stride) + 1);
        return (int)Math.Min(count, most);
    }

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;
}
