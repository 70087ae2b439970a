namespace DmaKit;

/// <summary>One host buffer of a request. What the memory is was found out once, when it was added, so that copying asks no more.</summary>
internal readonly struct Fragment
{
    /// <param name="keeper">The array, the memory manager, or the buffer that native memory belongs to.</param>
    /// <param name="start">Index in the array, offset in the manager, or host address.</param>
    /// <param name="length">The length in bytes.</param>
    /// <param name="kind">Which of these it is.</param>
    public Fragment(object keeper, nint start, long length, FragmentKind kind)
    {
        Keeper = keeper;
        Start = start;
        Length = length;
        Kind = kind;
    }

    public object Keeper { get; }

    public nint Start { get; }

    public long Length { get; }

    public FragmentKind Kind { get; }

    /// <summary>Whether two pieces of fragments are the same bytes, in part at least.</summary>
    public bool Shares(long within, long length, in Fragment other, long otherWithin, long otherLength)
    {
        if (!ReferenceEquals(Keeper, other.Keeper)) return false;
        long mine = Start + within, others = other.Start + otherWithin;
        return mine < others + otherLength && others < mine + length;
    }
}
