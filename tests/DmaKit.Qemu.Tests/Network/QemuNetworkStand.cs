using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>QEMU's model of the card, whose wire leads into this process.</summary>
internal sealed class QemuNetworkStand : NetworkStand
{
    private readonly QemuWire _wire = new();
    private QemuPlatform? _platform;

    private QemuNetworkStand(bool iommu) => Translates = iommu;

    public override DmaPlatform Platform => _platform!;

    public override bool Translates { get; }

    public static async Task<NetworkStand> StartAsync(bool iommu, bool above4G)
    {
        QemuMachine.Require();
        var stand = new QemuNetworkStand(iommu);
        try
        {
            stand._platform = await QemuMachine.StartAsync(new QemuPlatformOptions
            {
                Devices = ["rtl8139,netdev=n0"],
                NetworkBackends = [stand._wire.Backend("n0")],
                Iommu = iommu,
                Fragmentation = iommu ? 1 : 0,
                Seed = Seed,
                MemoryBytes = MemoryBytes,
                LowMemoryBytes = above4G ? LowMemoryBytes : null,
                SystemBuffersAbove4G = above4G,
            });
            stand._wire.Connect();
            return stand;
        }
        catch
        {
            await stand.DisposeAsync();
            throw;
        }
    }

    // QEMU does not take what the ring has no room for: the call waits.
    public override Task SendToCardAsync(byte[] frame) => _wire.SendAsync(frame).AsTask();

    public override async Task<byte[]> ReceiveFromCardAsync()
    {
        var buffer = new byte[4096];
        return buffer[..await _wire.ReceiveAsync(buffer)];
    }

    public override async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        _wire.Dispose();
    }
}
