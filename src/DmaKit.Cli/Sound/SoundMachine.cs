using System.Globalization;
using DmaKit.Devices;
using DmaKit.Drivers;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>A machine with a sound card, ours or QEMU's, and one converter of it in use.</summary>
internal sealed class SoundMachine : IAsyncDisposable
{
    private readonly SoundHost _host;
    private readonly CancellationToken _interrupted;

    private SoundMachine(SoundHost host, SoundSettings settings, CancellationToken interrupted)
    {
        _host = host;
        Settings = settings;
        _interrupted = interrupted;
    }

    /// <summary>What was asked for.</summary>
    internal SoundSettings Settings { get; }

    /// <summary>The machine's name.</summary>
    internal string Platform => _host.Platform.Name;

    /// <summary>The ring; null before it is there.</summary>
    internal CyclicTransfer? Transfer { get; private set; }

    /// <summary>What the card counted; where it does not count, the periods that it has gone through are made out from its position.</summary>
    internal DeviceCounters Counters =>
        Transfer is { } transfer && _host.Card is { Commands: 0 } card ? card with { Commands = transfer.Position / transfer.PeriodBytes } : _host.Card;

    /// <summary>How many frames of silence must follow what is to be heard to its end.</summary>
    internal int TailFrames => _host.TailFrames;

    /// <summary>How long it took by the machine's clock.</summary>
    internal TimeSpan MachineTime { get; private set; }

    /// <summary>What was reported as misuse; nothing, in a tool without bugs.</summary>
    internal IReadOnlyList<MisuseReport> Misuse => _host.Platform.Misuse.Reports;

    /// <summary>Builds a machine that plays through DAC2.</summary>
    /// <param name="settings">What card and clock are like.</param>
    /// <param name="format">What is played.</param>
    /// <param name="wire">Where QEMU keeps its own file of what is played; null for nowhere.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    internal static async Task<SoundMachine> StartPlayingAsync(SoundSettings settings, StreamFormat format, string? wire, CancellationToken interrupted) => new(
        settings.IsHardware ? new VfioSoundHost(settings)
            : settings.Platform == PlatformKind.Emulated
            ? new EmulatedSoundHost(settings, null)
            : await QemuSoundHost.StartPlayingAsync(settings.Platform, format, wire, interrupted).ConfigureAwait(false),
        settings, interrupted);

    /// <summary>Builds a machine that captures through the ADC.</summary>
    /// <param name="settings">What card and clock are like.</param>
    /// <param name="format">What is captured.</param>
    /// <param name="source">What the card hears, silence after it; null for this machine's own card, which hears what its cable carries.</param>
    /// <param name="frames">How many frames are captured.</param>
    /// <param name="interrupted">Ctrl-C.</param>
    internal static async Task<SoundMachine> StartCapturingAsync(
        SoundSettings settings, StreamFormat format, IStreamSource? source, long frames, CancellationToken interrupted) => new(
        settings.IsHardware ? new VfioSoundHost(settings)
            : settings.Platform == PlatformKind.Emulated
            ? new EmulatedSoundHost(settings, new WireSource(source!))
            : await QemuSoundHost.StartCapturingAsync(settings.Platform, format, source!, frames, interrupted).ConfigureAwait(false),
        settings, interrupted);

    /// <summary>Sets where what is played goes, before it is.</summary>
    internal void PlayInto(SoundOutput output) => _host.PlayInto(output);

    /// <summary>Opens the converter and does the work on it.</summary>
    internal Task RunAsync(Es1370Converter converter, StreamFormat format, Func<CyclicTransfer, Task> work) => _host.RunAsync(() => WorkAsync(converter, format, work));

    /// <summary>All that was played is in the output then. Nothing can be played afterwards.</summary>
    internal ValueTask FinishAsync(SoundOutput output) => _host.FinishAsync(output);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

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
        await using PciFunction function = await _host.Platform.OpenAsync(_host.CardAddress, _interrupted).ConfigureAwait(false);
        await using Es1370Driver driver = Es1370Driver.Start(function);
        Transfer = driver.Open(converter, format, Settings.ToStream());
        TimeProvider clock = _host.Platform.Clock;
        long started = clock.GetTimestamp();
        try
        {
            await work(Transfer).ConfigureAwait(false);
        }
        finally
        {
            Transfer.Stop();
            MachineTime = clock.GetElapsedTime(started);
        }
    }
}
