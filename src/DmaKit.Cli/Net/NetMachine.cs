using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>An emulated machine with network cards, and a driver on each.</summary>
internal sealed class NetMachine : IAsyncDisposable
{
    private readonly List<PciFunction> _functions = [];
    private readonly List<Rtl8139Driver> _cards = [];

    private NetMachine(EmulatedPlatform platform, MachineSettings settings)
    {
        Platform = platform;
        Settings = settings;
    }

    /// <summary>The machine.</summary>
    internal EmulatedPlatform Platform { get; }

    /// <summary>What was asked for.</summary>
    internal MachineSettings Settings { get; }

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
                DeviceCounters card = Platform.CountersOf(_functions[i].Info.Address);
                MappingStatistics mappings = SharesDomain(i) ? default : _functions[i].Domain.Mappings;
                Rtl8139Statistics driver = _cards[i].Statistics;
                sum = new NetCounters(
                    sum.Commands + card.Commands, sum.Doorbells + card.Doorbells, sum.Interrupts + card.Interrupts,
                    sum.DirectBytes + mappings.DirectBytes, sum.BouncedBytes + mappings.BouncedBytes, sum.CoalescedBytes + mappings.CoalescedBytes,
                    Math.Max(sum.RegistersHighWater, mappings.RegistersHighWater), Platform.Statistics.IommuMaps,
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
        NetMachine machine = Build(settings, wires);
        try
        {
            foreach (string address in machine.Platform.Functions.Select(f => f.Address))
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

    public async ValueTask DisposeAsync()
    {
        foreach (Rtl8139Driver card in _cards) await card.DisposeAsync().ConfigureAwait(false);
        foreach (PciFunction function in _functions) await function.DisposeAsync().ConfigureAwait(false);
        await Platform.DisposeAsync().ConfigureAwait(false);
    }

    private static NetMachine Build(MachineSettings settings, IReadOnlyList<NetworkPort> wires)
    {
        EmulatedPlatform? platform = null;
        int taken = 0;
        try
        {
            platform = new EmulatedPlatform(settings.ToPlatform());
            for (; taken < wires.Count; taken++) platform.Add(new Rtl8139Device(wires[taken]));
            return new NetMachine(platform, settings);
        }
        catch
        {
            foreach (NetworkPort wire in wires.Skip(taken)) wire.Dispose();
            platform?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private bool SharesDomain(int index) => _functions.Take(index).Any(f => f.Domain == _functions[index].Domain);
}
