namespace DmaKit;

/// <summary>What the blocks of a <see cref="BlockPool"/> are like. A value that makes no sense throws when it is set.</summary>
public sealed record BlockPoolOptions
{
    /// <summary>The length of a block in bytes: 1 to 1 GiB.</summary>
    public int BlockLength
    {
        get;
        init => field = value is >= 1 and <= BlockPool.MaxBlockLength ? value : throw Bad(nameof(BlockLength), value, "1 to 2^30 bytes");
    } = 2048;

    /// <summary>How many blocks there are: 1 or more.</summary>
    public int Count
    {
        get;
        init => field = value >= 1 ? value : throw Bad(nameof(Count), value, "1 or more blocks");
    } = 64;

    /// <summary>What the logical address of every block must be a multiple of, in bytes: a power of two.</summary>
    public int Alignment
    {
        get;
        init => field = value >= 1 && int.IsPow2(value) ? value : throw Bad(nameof(Alignment), value, "a power of two in bytes");
    } = 8;

    /// <summary>A power of two that no block crosses a multiple of, in bytes; 0 for none. Not less than <see cref="BlockLength"/>.</summary>
    public long Boundary
    {
        get;
        init => field = value == 0 || (value > 0 && long.IsPow2(value)) ? value : throw Bad(nameof(Boundary), value, "0 (none), or a power of two in bytes");
    }

    /// <summary>
    /// Whether no two blocks share a cache line, so that the device writing one does not disturb who works on its neighbour. A line is taken as
    /// 128 bytes: processors with lines of 64 fetch them in pairs.
    /// </summary>
    public bool OwnCacheLine { get; init; }

    /// <summary>Whether no block crosses a page of the domain; its length is then at most a page.</summary>
    public bool WithinPage { get; init; }

    /// <summary>The pool's name in messages, snapshots and pictures.</summary>
    public string Name
    {
        get;
        init => field = !string.IsNullOrEmpty(value) ? value : throw new ArgumentException("The name is empty; legal: any text.", nameof(Name));
    } = "pool";

    /// <summary>Where the generations of handles start: tests start near the wrap.</summary>
    internal uint FirstGeneration { get; init; } = 1;

    private static ArgumentOutOfRangeException Bad(string name, object value, string legal) =>
        new(name, value, $"{name} is {value}; legal: {legal}.");
}
