namespace DmaKit;

/// <summary>A bit of a ring's entry: the one that tells whose the entry is, or that the ring ends here.</summary>
public readonly record struct RingBit
{
    /// <summary>Names a bit as data sheets do: the offset of a little-endian field, and the bit's number in it.</summary>
    /// <param name="offset">Where the field starts, in bytes from the start of the entry: 0 or more.</param>
    /// <param name="bit">The bit's number, 0 to 63; 0 is the lowest.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value that is not legal.</exception>
    public RingBit(int offset, int bit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (bit is < 0 or > 63) throw new ArgumentOutOfRangeException(nameof(bit), bit, $"Bit {bit}; legal: 0 to 63.");
        Offset = offset + (bit / 8);
        Mask = (byte)(1 << (bit % 8));
    }

    /// <summary>Which byte of the entry the bit is in.</summary>
    public int Offset { get; }

    /// <summary>The bit within that byte.</summary>
    public byte Mask { get; }

    internal void Check(int size, string name)
    {
        if (Mask == 0) throw new ArgumentException($"{name} is a default RingBit, which is no bit: name its offset and number.", name);
        if (Offset >= size) throw new ArgumentOutOfRangeException(name, Offset, $"{name} lies in byte {Offset} of an entry of {size} bytes; legal: 0 to {size - 1}.");
    }
}
