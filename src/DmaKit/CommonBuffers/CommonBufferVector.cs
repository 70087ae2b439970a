using System.Numerics;

namespace DmaKit;

/// <summary>
/// Pieces of one size that need not be adjacent: what a driver asks for when memory is too fragmented for one slab. Each piece is contiguous.
/// </summary>
/// <remarks>Safe from any thread. Made by <see cref="DmaAdapter.AllocateCommonBufferVector"/>.</remarks>
public sealed class CommonBufferVector : IDisposable
{
    private readonly List<CommonBuffer> _buffers;
    private readonly CommonBufferPiece[] _pieces;

    private CommonBufferVector(List<CommonBuffer> buffers, CommonBufferPiece[] pieces, long pieceLength)
    {
        _buffers = buffers;
        _pieces = pieces;
        PieceLength = pieceLength;
    }

    /// <summary>How many pieces there are: what could be had, between what was preferred and the minimum.</summary>
    public int Count => _pieces.Length;

    /// <summary>The length of a piece in bytes.</summary>
    public long PieceLength { get; }

    /// <summary>The buffers that the pieces lie in.</summary>
    public IReadOnlyList<CommonBuffer> Buffers => _buffers;

    /// <summary>A piece.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such piece.</exception>
    public CommonBufferPiece this[int index] => (uint)index < (uint)_pieces.Length
        ? _pieces[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The vector has {_pieces.Length} pieces.");

    /// <summary>Disposes every buffer of the vector.</summary>
    public void Dispose()
    {
        foreach (CommonBuffer buffer in _buffers) buffer.Dispose();
    }

    /// <summary>As <see cref="DmaAdapter.AllocateCommonBufferVector"/>; with a window, all pieces lie between two multiples of it.</summary>
    internal static CommonBufferVector Allocate(
        DmaAdapter adapter, long pieceLength, int preferred, int minimum, CommonBufferOptions options, long window)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minimum);
        ArgumentOutOfRangeException.ThrowIfLessThan(preferred, minimum);
        if (options.Boundary != 0 && pieceLength > options.Boundary)
            throw new ArgumentException($"A piece of {pieceLength} bytes cannot lie between multiples of {options.Boundary}.", nameof(options));

        // The distance of two pieces: what keeps each aligned and inside its boundary.
        long stride = (pieceLength + options.Alignment - 1) & -options.Alignment;
        if (options.Boundary != 0) stride = (long)BitOperations.RoundUpToPowerOf2((ulong)stride);
        var buffers = new List<CommonBuffer>();
        var pieces = new List<CommonBufferPiece>(preferred);
        string name = options.Name ?? "vector";
        CommonBufferOptions wish = options with { Boundary = window, Alignment = options.Boundary == 0 ? options.Alignment : Math.Max(options.Alignment, stride) };
        int chunk = preferred;
        while (pieces.Count < preferred && chunk > 0)
        {
            chunk = Math.Min(chunk, preferred - pieces.Count);
            long bytes = checked((chunk - 1) * stride + pieceLength);
            bool fits = window == 0 || bytes <= window;
            if (!fits || !adapter.TryAllocateCommonBuffer(bytes, wish with { Name = buffers.Count == 0 ? name : $"{name} ({buffers.Count + 1})" }, out CommonBuffer? buffer))
            {
                // Less at once: first what the largest run holds, then halves, so that a page-sized chunk is tried in the end.
                chunk /= 2;
                continue;
            }

            buffers.Add(buffer);
            for (int i = 0; i < chunk; i++) pieces.Add(new CommonBufferPiece(buffer, i * stride, pieceLength));
            if (window != 0 && buffers.Count == 1) wish = Within(wish, buffer.LogicalAddress, window);
        }

        if (pieces.Count >= minimum) return new CommonBufferVector(buffers, [.. pieces], pieceLength);
        int had = pieces.Count;
        foreach (CommonBuffer buffer in buffers)
        {
            // No device was ever told of it, whatever else it was told since it was quiet.
            buffer.DeclareQuiet();
            buffer.Dispose();
        }

        throw new DmaResourceException(
            $"Only {had} of {preferred} pieces of {pieceLength} bytes for '{name}' of {adapter.Function.Info.Address} can be had, {minimum} at least are needed.",
            preferred * pieceLength, had * pieceLength);
    }

    private static CommonBufferOptions Within(CommonBufferOptions options, LogicalAddress inside, long window)
    {
        ulong first = inside.Value & ~((ulong)window - 1);
        return options with
        {
            MinimumAddress = new LogicalAddress(Math.Max(first, options.MinimumAddress.Value)),
            MaximumAddress = new LogicalAddress(Math.Min(first + (ulong)window - 1, options.MaximumAddress.Value)),
        };
    }
}
