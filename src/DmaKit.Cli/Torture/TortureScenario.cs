using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>One driver's work in the torture, on one device that may be faulty.</summary>
internal abstract class TortureScenario(TortureBench bench)
{
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
        await RunAsync(function).ConfigureAwait(false);
        await Bench.AskAsync("end of the function", async _ => await function.DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>The driver's work, from its start to its disposal.</summary>
    protected abstract Task RunAsync(PciFunction function);
}
