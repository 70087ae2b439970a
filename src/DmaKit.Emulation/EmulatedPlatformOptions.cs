using DmaKit.Native;

namespace DmaKit.Emulation;

/// <summary>What an emulated machine is like. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record EmulatedPlatformOptions
{
    private const long MostMemory = 64L << 30;
    private const long MostLowMemory = 3L << 30;
    private const long LeastMemory = 1L << 20;

    /// <summary>The machine's memory in bytes: 1 MiB to 64 GiB, a multiple of 4,096. It is sparse: what is not written to costs nothing.</summary>
    public long MemoryBytes
    {
        get;
        init => field = value is >= LeastMemory and <= MostMemory && value % PhysicalMemory.PageSize == 0
            ? value
            : throw Bad(nameof(MemoryBytes), value, "1 MiB to 64 GiB, a multiple of 4,096");
    } = 256L << 20;

    /// <summary>
    /// How much of it lies below 4 GiB: 1 MiB to 3 GiB, a multiple of 4,096; the rest starts at 4 GiB. Null, the default, is at most 2 GiB.
    /// </summary>
    public long? LowMemoryBytes
    {
        get;
        init => field = value is null || (value is >= LeastMemory and <= MostLowMemory && value % PhysicalMemory.PageSize == 0)
            ? value
            : throw Bad(nameof(LowMemoryBytes), value, "1 MiB to 3 GiB, a multiple of 4,096, or null");
    }

    /// <summary>
    /// How fragmented memory is: 0.0 is not at all, at 0.95 runs of two pages or so are left, 1.0 leaves single pages only. At least
    /// half of the memory stays usable.
    /// </summary>
    public double Fragmentation
    {
        get;
        init => field = value is >= 0.0 and <= 1.0 ? value : throw Bad(nameof(Fragmentation), value, "0.0 to 1.0");
    }

    /// <summary>Where the held pages of a fragmented memory lie. The same seed makes the same machine.</summary>
    public int Seed { get; init; }

    /// <summary>Whether an IOMMU translates: devices then see addresses of their own, and reach only what was mapped for them.</summary>
    public bool Iommu { get; init; }

    /// <summary>With an IOMMU: whether every function has an address space of its own, rather than all sharing one.</summary>
    public bool SeparateDomains { get; init; } = true;

    /// <summary>
    /// Whether the machine stands still until it is told to go on: one thread, a clock that the test moves, the same order every time.
    /// Otherwise the clock is the real one, every device has a thread, and interrupts come on another.
    /// </summary>
    public bool Stepped { get; init; }

    /// <summary>Whether system buffers take pages above 4 GiB first, out of reach of devices with 32 address bits.</summary>
    public bool SystemBuffersAbove4G { get; init; }

    /// <summary>How many map registers (bounce pages) each address space has: 0 to 65,536. Default 1,024.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in that range.</exception>
    public int MapRegisters
    {
        get;
        init => field = value is >= 0 and <= 65_536
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MapRegisters), value, $"MapRegisters is {value}; legal: 0 to 65,536.");
    } = 1024;

    /// <summary>
    /// Whether common buffers cost map registers, one a page, as long as they live: a machine on which a driver's packets compete with its data. Off by default.
    /// </summary>
    public bool ChargeCommonBuffers { get; init; }

    /// <summary>Whether the bus carries message-signalled interrupts. Without them every function has its line only.</summary>
    public bool AllowMessages { get; init; } = true;

    /// <summary>
    /// Is told of every event of the machine as one line of text: register accesses, transfers, interrupts, timers. Null, the default,
    /// is off and costs nothing. It is called in the middle of the event, under the machine's locks: it may not call back.
    /// </summary>
    public Action<string>? Trace { get; init; }

    /// <summary>For tests: memory as on a host that cannot map page by page.</summary>
    internal bool PlainMemory { get; init; }

    /// <summary>For tests: how many mappings of the host may be used; null is half of what the host allows.</summary>
    internal long? MappingLimit { get; init; }

    /// <summary>For tests: an IOMMU with a known defect, which does not wait for transfers under way when a translation is taken away.</summary>
    internal bool ForgetfulIommu { get; init; }

    /// <summary>For tests: how long <see cref="EmulatedPlatform.Run(Func{Task})"/> waits for other threads before it calls a hang a hang.</summary>
    internal TimeSpan HangGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes below 4 GiB, and from 4 GiB on.</summary>
    internal (long Low, long High) Split()
    {
        long low = Math.Min(MemoryBytes, LowMemoryBytes ?? 2L << 30);
        return (low, MemoryBytes - low);
    }

    private static ArgumentOutOfRangeException Bad(string name, object? value, string legal) =>
        new(name, value, $"{name} is {value}; legal: {legal}.");
}
