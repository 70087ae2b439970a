namespace DmaKit.Vfio;

/// <summary>How a program uses this machine's devices. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record VfioPlatformOptions
{
    private const long LeastMemory = 1L << 20;
    private const long MostMemory = 1L << 40;

    /// <summary>
    /// The most memory, in bytes, that devices are given by this program, common buffers and system buffers together: 1 MiB to 1 TiB, a multiple of 1 MiB.
    /// It costs nothing until it is allocated; then it is locked in the machine's memory as long as devices reach it.
    /// </summary>
    public long MemoryBytes
    {
        get;
        init => field = value is >= LeastMemory and <= MostMemory && value % (1 << 20) == 0
            ? value
            : throw Bad(nameof(MemoryBytes), value, "1 MiB to 1 TiB, a multiple of 1 MiB");
    } = 4L << 30;

    /// <summary>The addresses of the functions that the program may see and open, such as <c>0000:03:00.0</c>; empty, the default, for all that are bound to vfio-pci.</summary>
    public IReadOnlyList<string> Functions { get; init; } = [];

    /// <summary>
    /// In which of the kernel's ways functions are opened. A way that is named is used or, where the kernel has it not, is an error. Those without an IOMMU
    /// are used only if they are named.
    /// </summary>
    public VfioBackEnd BackEnd
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw Bad(nameof(BackEnd), value, string.Join(", ", Enum.GetNames<VfioBackEnd>()));
    }

    /// <summary>Whether all functions share one logical address space, so that one mapping serves them all. Otherwise each IOMMU group has one of its own.</summary>
    public bool OneDomain { get; init; }

    /// <summary>How many map registers each logical address space has: 0 to 65,536. Default 1,024. They are pages to copy through, for memory that is not the platform's.</summary>
    public int MapRegisters
    {
        get;
        init => field = value is >= 0 and <= 65_536 ? value : throw Bad(nameof(MapRegisters), value, "0 to 65,536");
    } = 1024;

    /// <summary>
    /// From how many pages on, side by side, map registers lead to a request's own memory instead of copying it, where that stays in its place: 1 to
    /// 65,536, or 0 for never. Null, the default: measured when an address space first needs map registers.
    /// </summary>
    public int? PointFromPages
    {
        get;
        init => field = value is null or (>= 0 and <= 65_536) ? value : throw Bad(nameof(PointFromPages), value, "0 to 65,536, or null");
    }

    /// <summary>Whether functions that can raise message-signalled interrupts do. Otherwise every function has its line only.</summary>
    public bool AllowMessages { get; init; } = true;

    private static ArgumentOutOfRangeException Bad(string name, object? value, string legal) =>
        new(name, value, $"{name} is {value}; legal: {legal}.");
}
