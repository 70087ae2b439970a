using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>One driver's work in the torture, on one device that may be faulty.</summary>
internal abstract class TortureScenario(TortureBench bench)
{
    private const int FirstBar = 0x10, Bars = 6, FirstCapability = 0x34, MostCapabilities = 48;

    /// <summary>Its name in texts.</summary>
    internal abstract string Name { get; }

    protected TortureBench Bench { get; } = bench;

    protected Random Random => Bench.Random;

    /// <summary>Makes the device that the faults strike.</summary>
    internal abstract DeviceModel MakeModel();

    /// <summary>Makes what reads for the oracle what the device is told.</summary>
    internal abstract ToldReader MakeReader();

    /// <summary>All of it, from opening to closing.</summary>
    /// <param name="model">The device of <see cref="MakeModel"/>.</param>
    /// <param name="faults">What goes wrong.</param>
    internal async Task RunAsync(DeviceModel model, FaultPlan faults)
    {
        PciFunction function = await Bench.OpenAsync(model, MakeReader(), faults).ConfigureAwait(false);
        using var over = new CancellationTokenSource();
        Task watching = WatchAsync(function, over.Token);
        await RunAsync(function).ConfigureAwait(false);
        Stop(over);
        await watching.ConfigureAwait(false);
        await Bench.CloseAsync().ConfigureAwait(false);
    }

    // At once and on this thread: the awaitable way would go on another one, and the machine has only one.
    private protected static void Stop(CancellationTokenSource end) => end.Cancel();

    /// <summary>Somebody who looks at configuration space all the time, as monitors do.</summary>
    private async Task WatchAsync(PciFunction function, CancellationToken over)
    {
        TimeSpan pause = Bench.Between(2, 40);
        while (!over.IsCancellationRequested)
        {
            try
            {
                LookAt(function);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Bench.Lose($"a look at configuration space ended with {e.GetType().Name}: {e.Message}");
                return;
            }

            await Bench.PauseAsync(pause).ConfigureAwait(false);
        }
    }

    /// <summary>Command register, base addresses, and the list of capabilities, which may lead anywhere.</summary>
    private static bool LookAt(PciFunction function)
    {
        PciConfigSpace config = function.Config;
        for (int bar = 0; bar < Bars; bar++) config.Read32(FirstBar + (4 * bar));
        int at = config.Read8(FirstCapability);
        for (int looks = 0; at >= 0x40 && looks < MostCapabilities; looks++)
        {
            at &= ~3;
            config.Read16(at + 2);
            at = config.Read8(at + 1);
        }

        return function.BusMaster;
    }

    /// <summary>The driver's work, from its start to its disposal.</summary>
    protected abstract Task RunAsync(PciFunction function);
}
