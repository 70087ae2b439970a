namespace DmaKit.Qemu;

/// <summary>What a QEMU machine is like. A value that makes no sense throws when it is set, naming the value and the legal range.</summary>
public sealed record QemuPlatformOptions
{
    private const long LeastMemory = 16L << 20;
    private const long MostMemory = 64L << 30;
    private const long LeastLowMemory = 8L << 20;
    private const long MostLowMemory = 2L << 30;

    /// <summary>The machine's memory in bytes: 16 MiB to 64 GiB, a multiple of 1 MiB. It is sparse: what is not written to costs nothing.</summary>
    public long MemoryBytes
    {
        get;
        init => field = value is >= LeastMemory and <= MostMemory && value % (1 << 20) == 0
            ? value
            : throw Bad(nameof(MemoryBytes), value, "16 MiB to 64 GiB, a multiple of 1 MiB");
    } = 256L << 20;

    /// <summary>
    /// How much of it lies below 4 GiB: 8 MiB to 2 GiB, a multiple of 1 MiB; the rest starts at 4 GiB. Null, the default, is as much as can be, 2 GiB.
    /// </summary>
    public long? LowMemoryBytes
    {
        get;
        init => field = value is null || (value is >= LeastLowMemory and <= MostLowMemory && value % (1 << 20) == 0)
            ? value
            : throw Bad(nameof(LowMemoryBytes), value, "8 MiB to 2 GiB, a multiple of 1 MiB, or null");
    }

    /// <summary>Whether system buffers take pages above 4 GiB first, out of reach of devices with 32 address bits.</summary>
    public bool SystemBuffersAbove4G { get; init; }

    /// <summary>How fragmented memory is: 0.0 is not at all, 1.0 leaves single pages only. At least half of the memory stays usable.</summary>
    public double Fragmentation
    {
        get;
        init => field = value is >= 0.0 and <= 1.0 ? value : throw Bad(nameof(Fragmentation), value, "0.0 to 1.0");
    }

    /// <summary>Where the held pages of a fragmented memory lie. The same seed makes the same machine.</summary>
    public int Seed { get; init; }

    /// <summary>Whether the machine has an Intel VT-d IOMMU: every function then has an address space of its own, and reaches only what was mapped for it.</summary>
    public bool Iommu { get; init; }

    /// <summary>How many map registers each address space has: 0 to 65,536. Default 1,024.</summary>
    public int MapRegisters
    {
        get;
        init => field = value is >= 0 and <= 65_536 ? value : throw Bad(nameof(MapRegisters), value, "0 to 65,536");
    } = 1024;

    /// <summary>Whether functions that can raise message-signalled interrupts do. Otherwise every function has its line only.</summary>
    public bool AllowMessages { get; init; } = true;

    /// <summary>The devices, each as a value of QEMU's <c>-device</c>, such as <c>edu,addr=5</c>. They sit on the machine's first bus.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Disk images that devices name with <c>drive=ID</c>.</summary>
    public IReadOnlyList<QemuDrive> Drives { get; init; } = [];

    /// <summary>Sound back ends, each as a value of QEMU's <c>-audiodev</c>, such as <c>wav,id=a0,path=out.wav</c>. Devices name them with <c>audiodev=ID</c>.</summary>
    public IReadOnlyList<string> AudioBackends { get; init; } = [];

    /// <summary>Network back ends, each as a value of QEMU's <c>-netdev</c>, such as <c>hubport,id=n0,hubid=0</c>. Devices name them with <c>netdev=ID</c>.</summary>
    public IReadOnlyList<string> NetworkBackends { get; init; } = [];

    /// <summary>Further arguments of QEMU, one word each, after all others.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables that QEMU's process finds in its environment beside this process's own, such as those of <see cref="QemuSoundSource"/>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The program; null, the default, finds it as <see cref="QemuProgram.Find"/> does.</summary>
    public QemuProgram? Program { get; init; }

    /// <summary>How long QEMU may take to start. Default 30 s.</summary>
    public TimeSpan StartTimeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw Bad(nameof(StartTimeout), value, "more than zero");
    } = TimeSpan.FromSeconds(30);

    /// <summary>How long QEMU may leave a question unanswered before it is taken for dead, and ended. Default 30 s.</summary>
    public TimeSpan AnswerTimeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw Bad(nameof(AnswerTimeout), value, "more than zero");
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Is told the whole conversation with QEMU, a line at a time: <c>&gt; </c> before what was asked, <c>&lt; </c> before what came back.
    /// Null, the default, is off and costs nothing. It is called in the middle of the conversation: it may not call back.
    /// </summary>
    public Action<string>? Trace { get; init; }

    /// <summary>A value as it must stand inside an option of QEMU's, such as a path: commas are doubled.</summary>
    /// <param name="value">The value.</param>
    public static string Escape(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Replace(",", ",,", StringComparison.Ordinal);
    }

    /// <summary>Bytes below 4 GiB, and from 4 GiB on.</summary>
    internal (long Low, long High) Split()
    {
        long low = Math.Min(MemoryBytes, LowMemoryBytes ?? MostLowMemory);
        return (low, MemoryBytes - low);
    }

    /// <summary>The arguments of the program.</summary>
    /// <param name="memoryFile">Where QEMU finds the machine's memory.</param>
    /// <param name="rom">The firmware.</param>
    /// <param name="socket">Where this process listens for the conversation.</param>
    internal List<string> CommandLine(string memoryFile, string rom, string socket)
    {
        (long low, _) = Split();
        long megabytes = MemoryBytes >> 20;

        // No timers that raise interrupts of their own, no guest code, no default devices.
        List<string> line =
        [
            "-M", $"q35,memory-backend=ram0,pit=off,hpet=off,max-ram-below-4g={low}",
            "-accel", "tcg,thread=single,tb-size=1",
            "-bios", rom,
            "-m", $"{megabytes}M",
            "-object", $"memory-backend-file,id=ram0,size={megabytes}M,mem-path={memoryFile},share=on",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-qtest", $"unix:{Escape(socket)}", "-qtest-log", "none",
        ];
        if (Iommu) Add(line, "-device", [$"intel-iommu,intremap=off,aw-bits={VtdTables.Bits}"]);
        Add(line, "-blockdev", Drives.Select(d => d.Argument));
        Add(line, "-audiodev", AudioBackends);
        Add(line, "-netdev", NetworkBackends);
        Add(line, "-device", Devices);
        line.AddRange(Arguments);
        return line;
    }

    private static void Add(List<string> line, string option, IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            line.Add(option);
            line.Add(value);
        }
    }

    private static ArgumentOutOfRangeException Bad(string name, object? value, string legal) =>
        new(name, value, $"{name} is {value}; legal: {legal}.");
}
