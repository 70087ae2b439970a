using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;
using DmaKit.Qemu;

namespace DmaKit.Cli;

/// <summary>A machine with network cards, ours or QEMU's, and a driver on each.</summary>
internal sealed class NetMachine : IAsyncDisposable
{
    // A frame of full length takes a good 1,520 bytes of the ring, which has 32 KiB, and 8 KiB at least where memory is fragmented.
    private const int QemuWindow = 16, QemuFragmentedWindow = 5;

    private readonly List<PciFunction> _functions = [];
    private readonly List<Rtl8139Driver> _cards = [];

    private readonly Func<int, DeviceCounters> _counted;
    private readonly Func<long> _iommuMaps;

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
    /// How many frames may be between sending and receiving. Our cable holds frames back while the other card has no room; QEMU's drops
    /// them, as a real one does, so that there are never more than fit into the card's ring.
    /// </summary>
    internal int Window { get; private init; } = int.MaxValue;

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

    /// <summary>Builds the machine and starts a driver on each card.</summary>
    /// <param name="settings">What the machine is like.</param>
    /// <param name="wires">What the cards' wires lead to; owned by the machine from here on, also when this fails.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<NetMachine> StartAsync(MachineSettings settings, IReadOnlyList<NetworkPort> wires, CancellationToken cancellationToken)
    {
        return await StartAsync(Build(settings, wires), settings, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Builds a machine with two cards and a cable between them, and starts a driver on each.</summary>
    /// <param name="settings">What the machine is like, and whose cards it has.</param>
    /// <param name="wireFile">Where QEMU keeps its own capture of the first card's wire; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<NetMachine> StartLoopAsync(MachineSettings settings, string? wireFile, CancellationToken cancellationToken)
    {
        if (settings.Platform == PlatformKind.Emulated)
        {
            var cable = new NetworkCable();
            return await StartAsync(settings, [cable.First, cable.Second], cancellationToken).ConfigureAwait(false);
        }

        QemuPlatform platform = await QemuMachines.StartAsync(settings, options => options with
        {
            NetworkBackends = ["hubport,id=n0,hubid=0", "hubport,id=n1,hubid=0"],
            Devices = ["rtl8139,netdev=n0,addr=3", "rtl8139,netdev=n1,addr=4"],
            Arguments = wireFile is null
                ? []
                : ["-object", $"filter-dump,id=wire,netdev=n0,maxlen=65536,file={QemuPlatformOptions.Escape(Path.GetFullPath(wireFile))}"],
        }, cancellationToken).ConfigureAwait(false);
        var counter = new PortCounter();
        platform.Observer = counter;

        // The port's counts are those of all cards together.
        var machine = new NetMachine(platform, settings, card => card == 0 ? counter.Counters : default, () => platform.IommuMaps)
        {
            Window = settings.Fragmentation > 0 ? QemuFragmentedWindow : QemuWindow,
        };
        return await StartAsync(machine, settings, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Rtl8139Driver card in _cards) await card.DisposeAsync().ConfigureAwait(false);
        foreach (PciFunction function in _functions) await function.DisposeAsync().ConfigureAwait(false);
        await Platform.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NetMachine> StartAsync(NetMachine machine, MachineSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string address in machine.Platform.Functions.Where(IsCard).Select(f => f.Address))
            {
                PciFunction function = await machine.Platform.OpenAsync(address, cancellationToken).ConfigureAwait(false);
                machine._functions.Add(function);

                // What is received is compared with what was sent, so that nothing is filtered, and nothing is filled up.
                machine._cards.Add(await Rtl8139Driver.StartAsync(
                    function, new Rtl8139DriverOptions { SendDepth = settings.QueueDepth, Promiscuous = true, PadShortFrames = false }, cancellationToken).ConfigureAwait(false));
            }

            return machine;
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
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
