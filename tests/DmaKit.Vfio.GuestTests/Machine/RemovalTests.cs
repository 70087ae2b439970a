using DmaKit.Drivers;
using DmaKit.Platforms;
using DmaKit.Testing;

namespace DmaKit.Vfio.GuestTests;

/// <summary>A card is taken out of its slot while it works. Only one test can do that: nobody puts it back.</summary>
[Trait("also", "noiommu")]
public sealed class RemovalTests
{
    private const int Commands = 32;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task C4_Commands_of_a_card_that_is_taken_out_end_and_the_program_goes_on()
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Edu, Guest.Removable);
        await using PciFunction card = await platform.OpenAsync(Guest.Removable);
        RegisterWindow registers = card.MapBar(1);
        FusionMptDriver driver = await FusionMptDriver.StartAsync(card, new FusionMptDriverOptions { QueueDepth = Commands, CommandTimeout = Limit });
        ScsiDisk disk = await driver.OpenDiskAsync(0);
        Task[] reads = [.. Enumerable.Range(0, Commands).Select(i => disk.ReadAsync(i * 4096, new byte[4096]).AsTask())];
        await Guest.TellMonitorAsync("device_del mpt2");

        // The disk serves one in a second: a few may end well before the kernel asks for the card.
        await Task.WhenAll(reads.Select(r => Record.ExceptionAsync(() => r).AsTask())).WaitAsync(Limit);
        Assert.Contains(reads, r => r.IsFaulted);
        Assert.Throws<DeviceLostException>(() => registers.Read32(0));
        Assert.Throws<DeviceLostException>(() => card.Config.Read16(0));
        await driver.DisposeAsync();
        await card.DisposeAsync();

        // The kernel has it, and takes it away.
        while (new HostBus().Find(Guest.Removable) is not null) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        await using EduHand hand = await EduHand.OpenAsync(platform);
        hand.Function.BusMaster = true;
        await using DmaAdapter dma = hand.Function.CreateAdapter(hand.Constraints);
        using CommonBuffer buffer = dma.AllocateCommonBuffer(8192);
        buffer.Span(0, 64).Fill(0x5A);
        await hand.CopyAsync(buffer.LogicalAddress, buffer.LogicalAt(4096), 64);
        Assert.Equal(buffer.Span(0, 64), buffer.Span(4096, 64));
        dma.DeclareQuiet();
        Assert.Empty(platform.Misuse.Reports);
    }
}
