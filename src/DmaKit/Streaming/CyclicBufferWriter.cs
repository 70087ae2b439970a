using System.Buffers;

namespace DmaKit;

/// <summary>
/// Appends to a playing <see cref="CyclicTransfer"/> as to any <see cref="IBufferWriter{T}"/>. It does not wait: keep an eye on
/// <see cref="CyclicTransfer.Space"/>, or await <see cref="CyclicTransfer.WaitAsync"/>.
/// </summary>
/// <remarks>
/// Belongs to one thread at a time, with the ring's writer. Bytes that do not make a whole frame are kept for the next call. Data is staged and
/// copied: a writer may ask for more in one piece than the ring has before its end. Use <see cref="CyclicTransfer.AcquireWrite"/> to write in place.
/// </remarks>
/// <param name="transfer">The ring.</param>
public sealed class CyclicBufferWriter(CyclicTransfer transfer) : IBufferWriter<byte>
{
    private byte[] _staging = new byte[Math.Max(4096, transfer.FrameBytes)];
    private int _held;

    /// <summary>How many bytes were given that there was no room for: they are not heard.</summary>
    public long Refused { get; private set; }

    /// <summary>Where the latest whole frames were written, and what was late.</summary>
    public CyclicWrite Last { get; private set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if (count < 0 || count > _staging.Length - _held)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} bytes were written into a place of {_staging.Length - _held}.");
        int bytes = _held + count;
        int whole = bytes - bytes % transfer.FrameBytes;
        if (whole > 0)
        {
            Last = transfer.Append(_staging.AsSpan(0, whole));
            Refused += whole - Last.Written;
        }

        _held = bytes - whole;
        _staging.AsSpan(whole, _held).CopyTo(_staging);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = _held + Math.Max(sizeHint, 1);
        if (_staging.Length < needed) Array.Resize(ref _staging, Math.Max(needed, 2 * _staging.Length));
        return _staging.AsMemory(_held);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
