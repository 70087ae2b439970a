using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>Our model of the card.</summary>
internal sealed class EmulatedSoundStand : SoundStand
{
    private readonly EmulatedPlatform _platform = new(new() { MemoryBytes = 64 << 20 });
    private readonly MemorySoundSink _dac1 = new();
    private readonly MemorySoundSink _dac2 = new();

    public EmulatedSoundStand(byte[]? hears) => _platform.Add(new Es1370Device(_dac1, _dac2, new MemorySoundSource(hears)));

    public override DmaPlatform Platform => _platform;

    public override short[] Heard() => _dac1.Bytes > 0 ? ToStereo(_dac1.Format!, _dac1.ToArray()) : ToStereo(_dac2.Format!, _dac2.ToArray());
}
