using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DmaKit.Qemu;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary>A machine with network cards, ours or QEMU's, and a driver on each.</summary>
internal sealed class NetMachine : IAsyncDisposable
{
    // A frame of full length takes a good 1,520 bytes of the ring, which has 32 KiB, and 8 KiB at least where memory is fragmented.
    private const int QemuWindow = 16, QemuFragmentedWindow = 5;

    // What QEMU keeps of frames that nobody has taken yet is much more; a program that is slow shall not fill it.
    private const int QemuBridgeWindow = 64;

    private const int FirstSlot = 3;
    private const string WireName = "n0";

    // A busy machine may keep QEMU, or this program, from running for seconds.
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(30);

    private readonly List<PciFunction> _functions = [];
    private readonly List<Rtl8139Driver> _cards = [];

    private readonly Func<int, DeviceCounters> _counted;
    private readonly Func<long> _iommuMaps;
    private QemuPortBridge? _bridge;

    private NetMachine(DmaPlatform platform, MachineSettings settings, Func<int, DeviceCounters> counted, Func<long> iommuMaps)
    {
        Platform = platform;
        Settings = settings;
        _counted = counted;
        _iommuMaps = iommuMaps;
    }

    /// <summary>The machine.</summary>
    internal DmaPlatform Platform { get; }

    /// <summary>What was asked for.</summary>
    internal MachineSettings Settings { get; }

    /// <summary>
    /// How many frames may be between sending and receiving. Our cable holds frames back while the other end has no room; QEMU's drops
    /// them, as a real one does, so that there are never more than fit into the other card's ring, or into QEMU.
    /// </summary>
    internal int Window { get; private init; } = int.MaxValue;

    /// <summary>To how many bytes a card fills up what it receives; 0 when it does not. QEMU's does, as if it came from a real cable.</summary>
    internal int LeastReceived { get; private init; }

    /// <summary>The drivers, in the order of their cards.</summary>
    internal IReadOnlyList<Rtl8139Driver> Cards => _cards;

    /// <summary>The address space of the first card.</summary>
    internal DmaDomain Domain => _functions[0].Domain;

    /// <summary>What the run has cost so far: all cards together.</summary>
    internal NetCounters Counters
    {
        get
        {
            NetCounters sum = default;
            for (int i = 0; i < _functions.Count; i++)
            {
                DeviceCounters card = _counted(i);
                MappingStatistics mappings = SharesDomain(i) ? default : _functions[i].Domain.Mappings;
                Rtl8139Statistics driver = _cards[i].Statistics;
                sum = new NetCounters(
                    sum.Commands + card.Commands, sum.Doorbells + card.Doorbells, sum.Interrupts + card.Interrupts,
                    sum.DirectBytes + mappings.DirectBytes, sum.BouncedBytes + mappings.BouncedBytes, sum.CoalescedBytes + mappings.CoalescedBytes,
                    Math.Max(sum.RegistersHighWater, mappings.RegistersHighWater), _iommuMaps(),
                    Math.Max(sum.MostDescriptors, driver.MostInCard), sum.Missed + driver.Missed, sum.Resets + driver.CardResets + driver.ReceiverResets);
            }

            return sum;
        }
    }

    /// <summary>Builds a machine with one card, and starts a driver on it.</summary>
    /// <param name="settings">What the machine is like, and whose card it has.</param>
    /// <param name="wire">What the card's wire leads to; owned by the machine from here on, also when this fails.</param>
    /// <param name="wireFile">Where QEMU keeps its own capture of the wire; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<NetMachine> StartAsync(MachineSettings settings, NetworkPort wire, string? wireFile, CancellationToken cancellationToken)
    {
        if (settings.Platform == PlatformKind.Emulated) return await StartAsync(Build(settings, [wire]), settings, cancellationToken).ConfigureAwait(false);
        var bridge = new QemuPortBridge(wire);
        NetMachine? machine = null;
        try
        {
            machine = await BuildQemuAsync(settings, [bridge.Backend(WireName)], wireFile, QemuBridgeWindow, leastReceived: 0, cancellationToken).ConfigureAwait(false);
            bridge.Connect();
            machine = await StartAsync(machine, settings, cancellationToken).ConfigureAwait(false);
            machine._bridge = bridge;
            bridge.Open();
            return machine;
        }
        catch
        {
            if (machine is not null) await machine.DisposeAsync().ConfigureAwait(false);
            await bridge.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Builds a machine with two cards and a cable between them, and starts a driver on each.</summary>
    /// <param name="settings">What the machine is like, and whose cards it has.</param>
    /// <param name="wireFile">Where QEMU keeps its own capture of the first card's wire; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<NetMachine> StartLoopAsync(MachineSettings settings, string? wireFile, CancellationToken cancellationToken)
    {
        if (settings.IsHardware) return await StartHardwareAsync(settings, cancellationToken).ConfigureAwait(false);
        if (settings.Platform == PlatformKind.Emulated)
        {
            var cable = new NetworkCable();
            return await StartAsync(Build(settings, [cable.First, cable.Second]), settings, cancellationToken).ConfigureAwait(false);
        }

        NetMachine machine = await BuildQemuAsync(
            settings,
            [$"hubport,id={WireName},hubid=0", "hubport,id=n1,hubid=0"],
            wireFile,
            settings.Fragmentation > 0 ? QemuFragmentedWindow : QemuWindow,
            leastReceived: 60,
            cancellationToken).ConfigureAwait(false);
        return await StartAsync(machine, settings, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a driver on each of this machine's own cards, in the order in which they were named. What their wires lead to nobody tells.</summary>
    /// <param name="settings">Which cards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static Task<NetMachine> StartHardwareAsync(MachineSettings settings, CancellationToken cancellationToken)
    {
        VfioPlatform platform = HardwareMachine.Open(settings.Devices, settings.MemoryBytes);
        var counter = new PortCounter();
        platform.AddObserver(counter);
        var machine = new NetMachine(platform, settings, card => card == 0 ? counter.Counters : default, () => platform.IommuMaps) { Window = QemuWindow, LeastReceived = 60 };
        return StartAsync(machine, settings, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Rtl8139Driver card in _cards) await card.DisposeAsync().ConfigureAwait(false);
        foreach (PciFunction function in _functions) await function.DisposeAsync().ConfigureAwait(false);
        await Platform.DisposeAsync().ConfigureAwait(false);
        if (_bridge is not null) await _bridge.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NetMachine> StartAsync(NetMachine machine, MachineSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string address in settings.IsHardware ? settings.Devices : machine.Platform.Functions.Where(IsCard).Select(f => f.Address))
            {
                PciFunction function = await machine.Platform.OpenAsync(address, cancellationToken).ConfigureAwait(false);
                machine._functions.Add(function);

                // What is received is compared with what was sent, so that nothing is filtered, and nothing is filled up.
                machine._cards.Add(await Rtl8139Driver.StartAsync(
                    function,
                    new Rtl8139DriverOptions { SendDepth = settings.QueueDepth, Promiscuous = true, PadShortFrames = false, SendTimeout = SendLimit },
                    cancellationToken).ConfigureAwait(false));
            }

            return machine;
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<NetMachine> BuildQemuAsync(
        MachineSettings settings, IReadOnlyList<string> backends, string? wireFile, int window, int leastReceived, CancellationToken cancellationToken)
    {
        QemuPlatform platform = await QemuMachines.StartAsync(settings, options => options with
        {
            NetworkBackends = backends,
            Devices = [.. backends.Select((_, n) => $"rtl8139,netdev=n{n},addr={FirstSlot + n}")],
            Arguments = wireFile is null
                ? []
                : ["-object", $"filter-dump,id=wire,netdev={WireName},maxlen=65536,file={QemuPlatformOptions.Escape(Path.GetFullPath(wireFile))}"],
        }, cancellationToken).ConfigureAwait(false);
        var counter = new PortCounter();
        platform.AddObserver(counter);

        // The port's counts are those of all cards together.
        return new NetMachine(platform, settings, card => card == 0 ? counter.Counters : default, () => platform.IommuMaps) { Window = window, LeastReceived = leastReceived };
    }

    private static NetMachine Build(MachineSettings settings, IReadOnlyList<NetworkPort> wires)
    {
        EmulatedPlatform? platform = null;
        int taken = 0;
        try
        {
            platform = new EmulatedPlatform(settings.ToPlatform());
            for (; taken < wires.Count; taken++) platform.Add(new Rtl8139Device(wires[taken]));
            EmulatedPlatform built = platform;
            return new NetMachine(platform, settings, card => built.CountersOf(built.Functions[card].Address), () => built.Statistics.IommuMaps);
        }
        catch
        {
            foreach (NetworkPort wire in wires.Skip(taken)) wire.Dispose();
            platform?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private bool SharesDomain(int index) => _functions.Take(index).Any(f => f.Domain == _functions[index].Domain);

    private static bool IsCard(PciFunctionInfo info) => info is { VendorId: 0x10EC, DeviceId: 0x8139 };
}
