using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Drivers take the packet first and map registers second, however many requests compete.</summary>
public sealed class TakingOrderTests
{
    private static readonly EmulatedPlatformOptions s_narrow = new() { Stepped = true, MapRegisters = 6 };

    [Fact]
    public async Task R3_TheDiskDriverHoldsAPacketWhenItMaps()
    {
        var order = new OrderObserver();
        await using var machine = new FusionMachine(s_narrow);
        machine.Platform.AddObserver(order);
        machine.Run(
            async driver =>
            {
                Drivers.ScsiDisk disk = await driver.OpenDiskAsync(0);
                await Task.WhenAll(Enumerable.Range(0, 60).Select(i => disk.WriteAsync(i * 4096, Pattern.Bytes(4096, i)).AsTask()));
            },
            new FusionMptDriverOptions { QueueDepth = 4 });
        Assert.True(order.Mapped >= 60);
        Assert.Equal(0, order.OutOfOrder);
    }

    [Fact]
    public async Task R3_TheMailboxDriverHoldsAPacketWhenItMaps()
    {
        var order = new OrderObserver();
        await using var machine = new EmulatedPlatform(s_narrow) { Observer = order };
        string address = machine.Add(new MailboxDevice());
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using MailboxDriver mailbox = MailboxDriver.Start(function, packets: 3);
            await Task.WhenAll(Enumerable.Range(0, 60).Select(i => mailbox.WriteAsync(i * 4096, Pattern.Bytes(4096, i)).AsTask()));
        });
        Assert.True(order.Mapped >= 60);
        Assert.Equal(0, order.OutOfOrder);
    }

    [Fact]
    public async Task R3_ADriverThatMapsFirstIsCaught()
    {
        var order = new OrderObserver();
        await using var machine = new EmulatedPlatform(s_narrow) { Observer = order };
        string address = machine.Add(new MailboxDevice());
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await using DmaAdapter dma = function.CreateAdapter(new DmaConstraints());
            await using var commands = CommandPool<int, int>.CreateUpTo(dma, 2, 2);
            DmaMapping mapping = await dma.MapAsync(new byte[10], DmaDirection.ToDevice);
            using Command<int, int> command = await commands.RentAsync();
            mapping.Complete(0);
        });
        Assert.Equal(1, order.OutOfOrder);
    }
}
