using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>Our model of the card.</summary>
internal sealed class EmulatedNetworkStand : NetworkStand
{
    private readonly EmulatedPlatform _platform;
    private readonly ProgramPort _wire = new();

    public EmulatedNetworkStand(bool above4G)
    {
        _platform = new EmulatedPlatform(new()
        {
            MemoryBytes = MemoryBytes,
            LowMemoryBytes = above4G ? LowMemoryBytes : null,
            SystemBuffersAbove4G = above4G,
            Seed = Seed,
        });
        _platform.Add(new Rtl8139Device(_wire));
    }

    public override DmaPlatform Platform => _platform;

    public override Task SendToCardAsync(byte[] frame) => _wire.SendToCardAsync(frame).AsTask();

    public override async Task<byte[]> ReceiveFromCardAsync()
    {
        var buffer = new byte[4096];
        return buffer[..await _wire.ReceiveFromCardAsync(buffer)];
    }

    public override ValueTask DisposeAsync() => _platform.DisposeAsync();
}
