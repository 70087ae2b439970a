using DmaKit.Devices;
using DmaKit.Emulation;
using DmaKit.Platforms;

namespace DmaKit.Drivers.Tests;

/// <summary>The teaching drivers on devices that fall silent, interrupt for nothing, or are reset for others' sake.</summary>
public sealed class OddDeviceTests
{
    private const long Causes = 0x24, Raise = 0x60;

    [Fact]
    public void An_edu_device_that_is_gone_is_no_factorial()
    {
        var edu = new OddRegisters(new EduDevice());
        Run(edu, async (_, function) =>
        {
            await using EduDriver driver = EduDriver.Start(function);
            edu.Answers = (_, _) => uint.MaxValue;
            await Assert.ThrowsAsync<DeviceLostException>(() => driver.FactorialAsync(5).AsTask());
        });
    }

    /// <summary>Gone after its interrupt: the register that should have the product has all bits set.</summary>
    [Fact]
    public void An_edu_device_that_goes_with_its_last_interrupt_is_no_factorial_either()
    {
        var edu = new OddRegisters(new EduDevice());
        Run(edu, async (_, function) =>
        {
            await using EduDriver driver = EduDriver.Start(function);
            edu.Answers = (offset, value) => offset == 0x08 ? uint.MaxValue : value;
            await Assert.ThrowsAsync<DeviceLostException>(() => driver.FactorialAsync(5).AsTask());
        });
    }

    /// <summary>A line that stays up for a cause that nobody waits for interrupts for ever, unless the cause is taken away.</summary>
    [Fact]
    public void An_interrupt_of_something_else_is_taken_away_and_not_asked_for_without_end()
    {
        var edu = new OddRegisters(new EduDevice(new EduOptions { TransferDelay = TimeSpan.FromMilliseconds(5) }));
        Run(edu, async (machine, function) =>
        {
            await using EduDriver driver = EduDriver.Start(function);
            Task write = driver.WriteAsync(0, new byte[100]).AsTask();
            function.MapBar(0).Write32(Raise, 0x1000);
            await write;
            Assert.Equal(0u, function.MapBar(0).Read32(Causes));
            Assert.True(machine.Clock.GetElapsedTime(0) < TimeSpan.FromSeconds(1));
        }, messages: false);
    }

    /// <summary>Others give up twice while it is at the device, and each time the device is reset. It took no time of its own, and is not to blame.</summary>
    [Fact]
    public void C4_A_packet_survives_the_resets_for_several_other_callers_sake()
    {
        Run(new MailboxDevice(new MailboxOptions { PacketDelay = TimeSpan.FromMilliseconds(400) }), async (machine, function) =>
        {
            await using MailboxDriver mailbox = MailboxDriver.Start(function, timeout: TimeSpan.FromSeconds(5));
            Task innocent = mailbox.FillAsync(0, 100, 7).AsTask();
            for (int i = 0; i < 3; i++)
            {
                using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), machine.Clock);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mailbox.FillAsync(200, 100, 1, giveUp.Token).AsTask());
            }

            await innocent;
            Assert.Equal(3, mailbox.Resets);
        });
    }

    /// <summary>Who gives up over and over cannot keep another packet for ever, either.</summary>
    [Fact]
    public void C4_A_packet_that_is_aborted_for_longer_than_a_packet_may_take_fails()
    {
        Run(new MailboxDevice(new MailboxOptions { PacketDelay = TimeSpan.FromMilliseconds(400) }), async (machine, function) =>
        {
            await using MailboxDriver mailbox = MailboxDriver.Start(function, timeout: TimeSpan.FromSeconds(2));
            Task<MailboxException> innocent = Assert.ThrowsAsync<MailboxException>(() => mailbox.FillAsync(0, 100, 7).AsTask());
            while (!innocent.IsCompleted && machine.Clock.GetElapsedTime(0) < TimeSpan.FromSeconds(10))
            {
                using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), machine.Clock);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mailbox.FillAsync(200, 100, 1, giveUp.Token).AsTask());
            }

            Assert.Equal(CommandStatus.Aborted, (await innocent).Command);
            Assert.InRange(machine.Clock.GetElapsedTime(0), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        });
    }

    private static void Run(DeviceModel model, Func<EmulatedPlatform, PciFunction, Task> test, bool messages = true)
    {
        var machine = new EmulatedPlatform(new EmulatedPlatformOptions { Stepped = true, AllowMessages = messages });
        string address = machine.Add(model);
        machine.Run(async () =>
        {
            await using PciFunction function = await machine.OpenAsync(address);
            await test(machine, function);
        });
        machine.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
