using System.Net.Sockets;
using DmaKit.Platforms;

namespace DmaKit.Qemu.Tests;

/// <summary>QEMU's model of the card, whose wire is a datagram socket.</summary>
internal sealed class QemuNetworkStand : NetworkStand
{
    private readonly TempFolder _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Socket _feed = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
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
            // Before QEMU has something to send.
            stand._socket.Bind(new UnixDomainSocketEndPoint(stand._folder.File("wire")));
            stand._platform = await QemuMachine.StartAsync(new QemuPlatformOptions
            {
                Devices = ["rtl8139,netdev=n0"],
                NetworkBackends = [$"dgram,id=n0,local.type=unix,local.path={stand._folder.File("card")},remote.type=unix,remote.path={stand._folder.File("wire")}"],
                Iommu = iommu,
                Fragmentation = iommu ? 1 : 0,
                Seed = Seed,
                MemoryBytes = MemoryBytes,
                LowMemoryBytes = above4G ? LowMemoryBytes : null,
                SystemBuffersAbove4G = above4G,
            });
            return stand;
        }
        catch
        {
            await stand.DisposeAsync();
            throw;
        }
    }

    // QEMU does not take what the ring has no room for: the call waits. An awaited one would wait for ever, as nobody tells the sender of a datagram when the other end has room again.
    public override Task SendToCardAsync(byte[] frame) => Task.Run(() => _feed.SendTo(frame, new UnixDomainSocketEndPoint(_folder.File("card"))));

    public override async Task<byte[]> ReceiveFromCardAsync()
    {
        var buffer = new byte[4096];
        return buffer[..await _socket.ReceiveAsync(buffer)];
    }

    public override async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
        _socket.Dispose();
        _feed.Dispose();
        _folder.Dispose();
    }
}
