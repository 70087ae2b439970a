using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>Configuration space may say anything: each driver says what its function lacks.</summary>
public sealed class FunctionPartsTests
{
    [Theory]
    [InlineData("edu")]
    [InlineData("mailbox")]
    [InlineData("disk")]
    [InlineData("network")]
    [InlineData("sound")]
    public void A_function_that_lacks_registers_or_an_interrupt_is_refused_with_a_clear_error(string driver)
    {
        Assert.Contains("has no base address register", Refusal(driver, i => i with { Bars = [] }), StringComparison.Ordinal);
        Assert.Contains("16 bytes of registers behind base address register", Refusal(driver, i => i with { Bars = [.. i.Bars.Select(b => b with { Length = 16 })] }), StringComparison.Ordinal);
        Assert.Contains("has no interrupt; its driver needs one", Refusal(driver, i => i with { HasInterruptPin = false, MessageVectors = 0, MessageXVectors = 0 }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x04, 0x500, "takes 0 elements a packet")]
    [InlineData(0x08, 0, "0 packets at a time")]
    public void A_mailbox_device_that_takes_nothing_is_refused(long register, uint says, string error) =>
        Assert.Contains(error, StartMailbox(register, says, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData(0x04, 0xFF)]
    [InlineData(0x08, 0xA842_6AF1)]
    [InlineData(0x08, uint.MaxValue)]
    public void A_mailbox_device_that_says_it_takes_more_than_there_is_gets_what_there_is(long register, uint says)
    {
        Assert.Equal("", StartMailbox(register, says, out int packets));
        Assert.Equal(8, packets);
    }

    private static string StartMailbox(long register, uint says, out int packets)
    {
        int got = 0;
        string message = "";
        Run(new ReplyTamperer(new MailboxDevice(), 0, register, _ => says), async function =>
        {
            try
            {
                await using MailboxDriver mailbox = MailboxDriver.Start(function, packets: 8);
                got = mailbox.Packets;

                // A fragment each: more than a packet has room for.
                using BufferChain chain = BufferChain.Rent();
                for (int i = 0; i < 20; i++) chain.Add(new byte[10]);
                await mailbox.WriteAsync(0, chain.Range(0));
            }
            catch (DmaException e)
            {
                message = e.Message;
            }
        });
        packets = got;
        return message;
    }

    private static string Refusal(string driver, Func<DeviceIdentity, DeviceIdentity> change)
    {
        DeviceModel model = driver switch
        {
            "edu" => new EduDevice(),
            "mailbox" => new MailboxDevice(),
            "disk" => new FusionMptAdapter([new Devices.ScsiDisk(new MemoryDiskImage(1 << 20))]),
            "network" => new Rtl8139Device(new NetworkCable().First),
            _ => new Es1370Device(),
        };
        string message = "";
        Run(new OddIdentity(model, change), async function => message = (await Assert.ThrowsAsync<DmaException>(() => StartAsync(driver, function))).Message);
        return message;
    }

    private static async Task StartAsync(string driver, PciFunction function)
    {
        await using IAsyncDisposable started = driver switch
        {
            "edu" => EduDriver.Start(function),
            "mailbox" => MailboxDriver.Start(function),
            "disk" => await FusionMptDriver.StartAsync(function),
            "network" => await Rtl8139Driver.StartAsync(function),
            _ => Es1370Driver.Start(function),
        };
    }

    private static void Run(DeviceModel model, Func<PciFunction, Task> test)
    {
        var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true });
        string address = machine.Add(model);
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await test(function);
        });
        machine.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
