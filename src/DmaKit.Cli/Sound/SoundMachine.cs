using System.Globalization;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>An emulated machine with a sound card, and one converter of it in use.</summary>
internal sealed class SoundMachine : IAsyncDisposable
{
    private readonly EmulatedPlatform _platform;
    private readonly string _address;
    private readonly CancellationToken _interrupted;

    /// <summary>Builds the machine.</summary>
    /// <param name="settings">What card and clock are like.</param>
    /// <param name="sink">What DAC2 plays goes here, or null.</param>
    /// <param name="source">What the ADC captures, or null.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    internal SoundMachine(SoundSettings settings, SoundSink? sink, SoundSource? source, CancellationToken interrupted)
    {
        Settings = settings;
        _interrupted = interrupted;
        _platform = new EmulatedPlatform(new EmulatedPlatformOptions { MemoryBytes = 16 << 20, Stepped = !settings.RealTime, Seed = settings.Seed });
        _address = _platform.Add(new Es1370Device(dac2: sink, adc: source, options: settings.ToCard()));
    }

    /// <summary>What was asked for.</summary>
    internal SoundSettings Settings { get; }

    /// <summary>The machine's name.</summary>
    internal string Platform => _platform.Name;

    /// <summary>The ring; null before it is there.</summary>
    internal CyclicTransfer? Transfer { get; private set; }

    /// <summary>What the card counted.</summary>
    internal DeviceCounters Counters => _platform.CountersOf(_address);

    /// <summary>How long it took by the machine's clock.</summary>
    internal TimeSpan MachineTime { get; private set; }

    /// <summary>What was reported as misuse; nothing, in a tool without bugs.</summary>
    internal IReadOnlyList<MisuseReport> Misuse => _platform.Misuse.Reports;

    /// <summary>Opens the converter and does the work on it; on a stepped machine this thread is the machine.</summary>
    internal async Task RunAsync(Es1370Converter converter, StreamFormat format, Func<CyclicTransfer, Task> work)
    {
        if (Settings.RealTime) await WorkAsync(converter, format, work).ConfigureAwait(false);
        else await Task.Run(() => _platform.Run(() => WorkAsync(converter, format, work)), CancellationToken.None).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    /// <summary>The card's rate for a source: its own, or the nearest, which is said.</summary>
    internal static double ChooseRate(ToolHost host, Es1370Converter converter, double wanted, int? chosen)
    {
        if (chosen is { } rate) return rate;
        double nearest = Es1370Rates.Nearest(converter, wanted);
        if (nearest != wanted) host.Notice(string.Create(CultureInfo.InvariantCulture, $"the card cannot make {wanted:#,0} Hz; the nearest that it can is {nearest:#,0} Hz, which is taken"));
        return nearest;
    }

    private async Task WorkAsync(Es1370Converter converter, StreamFormat format, Func<CyclicTransfer, Task> work)
    {
        await using PciFunction function = await _platform.OpenAsync(_address, _interrupted).ConfigureAwait(false);
        await using Es1370Driver driver = Es1370Driver.Start(function);
        Transfer = driver.Open(converter, format, Settings.ToStream());
        long started = _platform.Clock.GetTimestamp();
        try
        {
            await work(Transfer).ConfigureAwait(false);
        }
        finally
        {
            Transfer.Stop();
            MachineTime = _platform.Clock.GetElapsedTime(started);
        }
    }
}
