namespace DmaKit.Testing;

/// <summary>What a sample is made of: where its numbers are, and where it can be taken apart. Mutations go there more often than elsewhere.</summary>
public sealed class FuzzMap
{
    private readonly List<FuzzField> _fields = [];
    private readonly List<int> _seams = [0];

    internal IReadOnlyList<FuzzField> Fields => _fields;

    /// <summary>Offsets at which a piece begins, the end of the last one included, in order.</summary>
    internal IReadOnlyList<int> Seams => _seams;

    /// <summary>Says that there is a number.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="bigEndian">Whether its highest byte comes first.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another size, or a negative offset.</exception>
    public void Number(int offset, int size, bool bigEndian = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (size is not (1 or 2 or 4 or 8)) throw new ArgumentOutOfRangeException(nameof(size), size, $"A number of {size} bytes; legal: 1, 2, 4, 8.");
        _fields.Add(new FuzzField(offset, size, bigEndian));
    }

    /// <summary>Says that a piece begins, such as a packet with its header: pieces are doubled, dropped, swapped and put into other samples.</summary>
    /// <param name="offset">Where; behind the piece before.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not behind the piece before.</exception>
    public void Piece(int offset)
    {
        if (offset == 0) return;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(offset, _seams[^1]);
        _seams.Add(offset);
    }

    /// <summary>Closes the map, and forgets what lies outside the sample.</summary>
    internal void End(int length)
    {
        _fields.RemoveAll(field => field.Offset > length - field.Size);
        _seams.RemoveAll(seam => seam >= length && seam > 0);
        if (length > 0) _seams.Add(length);
    }
}
