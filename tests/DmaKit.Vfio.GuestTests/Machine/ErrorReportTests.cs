using DmaKit.Platforms;

namespace DmaKit.Vfio.GuestTests;

/// <summary>A device reports an error that it does not get over by itself; QEMU's monitor makes it do so, and the kernel tells the program.</summary>
public sealed class ErrorReportTests
{
    // A virtio device's common configuration: how many queues it has. A source of random numbers has one.
    private const int CommonBar = 4, QueueCount = 0x12;

    private const int SecondsAtMost = 60;

    [Theory]
    [InlineData("COMP_TIME")]
    [InlineData("DLP")]
    public async Task Port_A_device_that_reports_an_error_is_lost_and_can_be_opened_again(string error)
    {
        await using VfioPlatform platform = Guest.Start(new(), Guest.Reporting);
        Assert.SkipUnless(File.Exists($"/sys/bus/pci/devices/{Guest.Reporting}/aer_dev_fatal"), "This kernel does not listen to PCI Express error reports.");
        PciFunction card = await platform.OpenAsync(Guest.Reporting);
        RegisterWindow registers = card.MapBar(CommonBar);
        Assert.Equal(1, registers.Read16(QueueCount));
        await using DmaAdapter dma = card.CreateAdapter(new DmaConstraints { AddressBits = 64 });
        using CommonBuffer buffer = dma.AllocateCommonBuffer(4096);
        await Guest.TellMonitorAsync($"pcie_aer_inject_error reporting {error}");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(SecondsAtMost));
        DeviceLostException? lost = null;
        while (lost is null)
        {
            try
            {
                registers.Read16(QueueCount);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
            }
            catch (DeviceLostException e)
            {
                lost = e;
            }
        }

        Assert.Contains("reported an error", lost.Message, StringComparison.Ordinal);
        Assert.Throws<DeviceLostException>(() => card.Config.Read16(0));
        await card.DisposeAsync();

        // It is not gone: whoever opens it anew has it, once the kernel has reset what is in its slot.
        await using PciFunction again = await OpenAsync(platform, limit.Token);
        Assert.Equal(1, again.MapBar(CommonBar).Read16(QueueCount));
    }

    private static async Task<PciFunction> OpenAsync(VfioPlatform platform, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                return await platform.OpenAsync(Guest.Reporting, limit);
            }
            catch (DmaException e) when (e.Message.Contains("is being reset", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit);
            }
        }
    }
}
