namespace DmaKit;

/// <summary>A part of a ring in place: one span, or two where it goes over the ring's end.</summary>
/// <remarks>Worthless after the commit that ends it.</remarks>
public readonly ref struct CyclicSpans
{
    internal CyclicSpans(long position, Span<byte> first, Span<byte> second)
    {
        Position = position;
        First = first;
        Second = second;
    }

    /// <summary>The position of the first byte.</summary>
    public long Position { get; }

    /// <summary>The bytes up to the ring's end.</summary>
    public Span<byte> First { get; }

    /// <summary>The bytes from the ring's start on; empty where the part does not go over the end.</summary>
    public Span<byte> Second { get; }

    /// <summary>How many bytes both have.</summary>
    public int Length => First.Length + Second.Length;

    /// <summary>Copies bytes into the part.</summary>
    /// <param name="source">At most <see cref="Length"/> bytes.</param>
    public void CopyFrom(ReadOnlySpan<byte> source)
    {
        int first = Math.Min(source.Length, First.Length);
        source[..first].CopyTo(First);
        source[first..].CopyTo(Second);
    }

    /// <summary>Copies bytes out, as many as both have.</summary>
    /// <param name="destination">Where to.</param>
    public void CopyTo(Span<byte> destination)
    {
        int first = Math.Min(destination.Length, First.Length);
        First[..first].CopyTo(destination);
        Second[..Math.Min(destination.Length - first, Second.Length)].CopyTo(destination[first..]);
    }
}
