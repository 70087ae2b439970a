namespace DmaKit;

/// <summary>A piece of a common buffer: where it is, and how long. Owns nothing; lives as long as its buffer.</summary>
/// <remarks>Safe from any thread, as the buffer is.</remarks>
/// <param name="buffer">The buffer.</param>
/// <param name="offset">Where it starts in the buffer, in bytes.</param>
/// <param name="length">The length in bytes.</param>
public readonly struct CommonBufferPiece(CommonBuffer buffer, long offset, long length)
{
    /// <summary>The buffer that it is a piece of.</summary>
    public CommonBuffer Buffer { get; } = buffer;

    /// <summary>Where it starts in the buffer, in bytes.</summary>
    public long Offset { get; } = offset;

    /// <summary>The length in bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Where its first byte is to the device.</summary>
    public LogicalAddress LogicalAddress => Buffer.LogicalAt(Offset);

    /// <summary>Where it is to the device.</summary>
    public LogicalRange Range => new(LogicalAddress, Length);

    /// <summary>A window of it, at most 2 GiB - 1.</summary>
    /// <param name="offset">Bytes from the start of the piece.</param>
    /// <param name="length">The length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window does not lie in the piece.</exception>
    public Span<byte> Span(long offset, int length) => Buffer.Span(Within(offset, length), length);

    /// <summary>All of it; at most 2 GiB - 1.</summary>
    public Span<byte> Span() => Span(0, checked((int)Length));

    /// <summary>Reads a value once.</summary>
    /// <typeparam name="T">A type without references; its layout is the device's.</typeparam>
    /// <param name="offset">Bytes from the start of the piece.</param>
    public T Read<T>(long offset) where T : unmanaged => Buffer.Read<T>(Within(offset, Native.SizeOf<T>.Bytes));

    /// <summary>Writes a value.</summary>
    /// <typeparam name="T">A type without references; its layout is the device's.</typeparam>
    /// <param name="offset">Bytes from the start of the piece.</param>
    /// <param name="value">What to write.</param>
    public void Write<T>(long offset, in T value) where T : unmanaged => Buffer.Write(Within(offset, Native.SizeOf<T>.Bytes), value);

    private long Within(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || length < 0 || Length - offset < length) throw Refused(offset, length);
        return Offset + offset;
    }

    // By itself: a message's text in the middle of a short method makes all of it slower.
    private ArgumentOutOfRangeException Refused(long offset, long length) =>
        new(nameof(offset), offset, $"{length} bytes at offset {offset} of a piece of {Length} bytes of '{Buffer.Name}'.");
}
