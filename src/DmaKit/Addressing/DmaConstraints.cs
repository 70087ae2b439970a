namespace DmaKit;

/// <summary>
/// Every limit that a device, its bus and its platform put on what may be handed to the device, in one place. A value that
/// makes no sense throws when it is set, naming the value and the legal range.
/// </summary>
/// <remarks>Immutable; safe from any thread. <see cref="Intersect"/> combines the limits of device, bus and platform.</remarks>
public sealed record DmaConstraints
{
    /// <summary>No limit at all: 64 address bits and scatter-gather of any shape.</summary>
    public static DmaConstraints None { get; } = new();

    /// <summary>How many address bits the device drives: 1 to 64. 32 means the device reaches the first 4 GiB.</summary>
    public int AddressBits
    {
        get;
        init => field = value is >= 1 and <= 64 ? value : throw Bad(nameof(AddressBits), value, "1 to 64 bits");
    } = 64;

    /// <summary>Whether the device takes a list of elements. Without it every mapping has exactly one.</summary>
    public bool ScatterGather { get; init; } = true;

    /// <summary>The most elements that one transfer may have: 1 or more.</summary>
    public int MaxElements
    {
        get => ScatterGather ? field : 1;
        init => field = value >= 1 ? value : throw Bad(nameof(MaxElements), value, "1 or more elements");
    } = int.MaxValue;

    /// <summary>The most bytes that one element may have: 1 or more.</summary>
    public long MaxElementLength
    {
        get;
        init => field = value >= 1 ? value : throw Bad(nameof(MaxElementLength), value, "1 or more bytes");
    } = long.MaxValue;

    /// <summary>A power of two that no element may cross a multiple of, in bytes; 0 for none.</summary>
    public long Boundary
    {
        get;
        init => field = value == 0 || long.IsPow2(value) ? value : throw Bad(nameof(Boundary), value, "0 (none), or a power of two in bytes");
    }

    /// <summary>What every element's address must be a multiple of, in bytes: a power of two, 1 for none.</summary>
    public int ElementAlignment
    {
        get;
        init => field = value >= 1 && int.IsPow2(value) ? value : throw Bad(nameof(ElementAlignment), value, "a power of two in bytes, 1 or more");
    } = 1;

    /// <summary>What every element's length must be a multiple of, in bytes; the last element is exempt unless <see cref="LastElementGranular"/>.</summary>
    public int LengthGranularity
    {
        get;
        init => field = value >= 1 ? value : throw Bad(nameof(LengthGranularity), value, "1 or more bytes");
    } = 1;

    /// <summary>Whether <see cref="LengthGranularity"/> binds the last element too.</summary>
    public bool LastElementGranular { get; init; }

    /// <summary>The most bytes that one transfer may have: 1 or more.</summary>
    public long MaxTransferLength
    {
        get;
        init => field = value >= 1 ? value : throw Bad(nameof(MaxTransferLength), value, "1 or more bytes");
    } = long.MaxValue;

    /// <summary>The highest address that the device reaches.</summary>
    public LogicalAddress HighestAddress => new(AddressBits == 64 ? ulong.MaxValue : (1UL << AddressBits) - 1);

    /// <summary>Whether every byte of <paramref name="range"/> is in the device's reach.</summary>
    public bool Reaches(LogicalRange range) => range.Length == 0 || range.Last <= HighestAddress;

    /// <summary>The limits that satisfy both.</summary>
    /// <param name="other">The limits of, say, the bus or the platform.</param>
    /// <exception cref="ArgumentException">The two granularities have no common multiple that fits.</exception>
    public DmaConstraints Intersect(DmaConstraints other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new DmaConstraints
        {
            AddressBits = Math.Min(AddressBits, other.AddressBits),
            ScatterGather = ScatterGather && other.ScatterGather,
            MaxElements = Math.Min(MaxElements, other.MaxElements),
            MaxElementLength = Math.Min(MaxElementLength, other.MaxElementLength),
            Boundary = Boundary == 0 ? other.Boundary : other.Boundary == 0 ? Boundary : Math.Min(Boundary, other.Boundary),
            ElementAlignment = Math.Max(ElementAlignment, other.ElementAlignment),
            LengthGranularity = LeastCommonMultiple(LengthGranularity, other.LengthGranularity),
            LastElementGranular = LastElementGranular || other.LastElementGranular,
            MaxTransferLength = Math.Min(MaxTransferLength, other.MaxTransferLength),
        };
    }

    private static int LeastCommonMultiple(int a, int b)
    {
        (long x, long y) = (a, b);
        while (y != 0) (x, y) = (y, x % y);
        long multiple = a / x * b;
        return multiple <= int.MaxValue
            ? (int)multiple
            : throw new ArgumentException($"Granularities {a} and {b} have no common multiple below 2^31 bytes.", nameof(b));
    }

    private static ArgumentOutOfRangeException Bad(string name, object value, string legal) =>
        new(name, value, $"{name} is {value}; legal: {legal}.");
}
