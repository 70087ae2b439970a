using DmaKit.Drivers;
using DmaKit.Platforms;
using DmaKit.Qemu.Tests;

namespace DmaKit.Vfio.GuestTests;

[Trait("also", "noiommu")]
public sealed class Rtl8139Tests : Rtl8139Suite
{
    protected override async ValueTask<NetworkStand> StartAsync(bool above4G = false)
    {
        VfioPlatform platform = Guest.Start(new(), Guest.Card), other = Guest.Start(new(), Guest.Peer);
        PciFunction peer = await other.OpenAsync(Guest.Peer);
        return new VfioNetworkStand(platform, other, peer, await Rtl8139Driver.StartAsync(peer, new() { Promiscuous = true, PadShortFrames = false }));
    }

    /// <summary>The wire leads to a second card of the same kind, which the test drives too.</summary>
    private sealed class VfioNetworkStand(VfioPlatform platform, VfioPlatform other, PciFunction peer, Rtl8139Driver driver) : NetworkStand
    {
        public override DmaPlatform Platform => platform;

        public override bool Translates => Guest.Translates;

        // The model of the card does, as a receiver.
        public override bool FillsShortFrames => true;

        public override async Task SendToCardAsync(byte[] frame) => Assert.Equal(TransmitStatus.Sent, await driver.SendAsync(frame));

        public override async Task<byte[]> ReceiveFromCardAsync()
        {
            var buffer = new byte[Rtl8139Driver.LongestReceived];
            return buffer[..await driver.ReceiveAsync(buffer)];
        }

        public override async ValueTask DisposeAsync()
        {
            await platform.DisposeAsync();
            await driver.DisposeAsync();
            await peer.DisposeAsync();
            await other.DisposeAsync();
        }
    }
}
