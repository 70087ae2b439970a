using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Cli;

/// <summary>Our machine with our model of the card.</summary>
internal sealed class EmulatedSoundHost : SoundHost
{
    private readonly EmulatedPlatform _platform;
    private readonly OutputSink _sink = new();
    private readonly bool _stepped;

    /// <summary>Builds the machine.</summary>
    /// <param name="settings">What card and clock are like.</param>
    /// <param name="source">What the ADC captures; null for a machine that plays.</param>
    internal EmulatedSoundHost(SoundSettings settings, SoundSource? source)
    {
        _stepped = !settings.RealTime;
        _platform = new EmulatedPlatform(new EmulatedPlatformOptions { MemoryBytes = 16 << 20, Stepped = _stepped, Seed = settings.Seed });
        CardAddress = _platform.Add(new Es1370Device(dac2: _sink, adc: source, options: settings.ToCard()));
    }

    internal override DmaPlatform Platform => _platform;

    internal override string CardAddress { get; }

    internal override DeviceCounters Card => _platform.CountersOf(CardAddress);

    internal override Task RunAsync(Func<Task> work) => _stepped ? Task.Run(() => _platform.Run(work), CancellationToken.None) : work();

    internal override void PlayInto(SoundOutput output) => _sink.Output = output;

    public override ValueTask DisposeAsync() => _platform.DisposeAsync();
}
