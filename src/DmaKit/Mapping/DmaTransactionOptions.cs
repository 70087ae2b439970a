namespace DmaKit;

/// <summary>What the stages of a <see cref="DmaTransaction"/> are like. A value that makes no sense throws when it is set.</summary>
public sealed record DmaTransactionOptions
{
    /// <summary>What the length of every stage but the last is a multiple of, in bytes, such as the block size of a disk: 1 or more.</summary>
    public int Granularity
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Granularity), value, $"Granularity is {value}; legal: 1 or more bytes.");
    } = 1;

    /// <summary>The most bytes of one stage, 1 or more. It can only lower what the adapter allows; a low one lets others have map registers in between.</summary>
    public long MaximumLength
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaximumLength), value, $"MaximumLength is {value}; legal: 1 or more bytes.");
    } = long.MaxValue;

    /// <summary>The request that the stages serve, the registers that they take, and so on.</summary>
    public MappingOptions Mapping { get; init; }
}
