using DmaKit.Devices;
using DmaKit.Platforms;
using DmaKit.Vfio;

namespace DmaKit.Cli;

/// <summary>This machine with a sound card of its own, whose cable leads to where it leads.</summary>
internal sealed class VfioSoundHost : SoundHost
{
    // What such a card may have fetched and not played is little; a model of it has a buffer of 1,024 frames and a tick.
    private const int Tail = 4096;
    private const long MemoryBytes = 32 << 20;

    private readonly VfioPlatform _platform;
    private readonly PortCounter _counter = new();

    internal VfioSoundHost(SoundSettings settings)
    {
        CardAddress = settings.Devices[0];
        _platform = HardwareMachine.Open(settings.Devices, MemoryBytes);
        _platform.AddObserver(_counter);
    }

    internal override DmaPlatform Platform => _platform;

    internal override string CardAddress { get; }

    internal override DeviceCounters Card => _counter.Counters;

    internal override int TailFrames => Tail;

    public override ValueTask DisposeAsync() => _platform.DisposeAsync();
}
